import {
  GradScaler,
  MixedPrecision,
  type Optimizer,
  type Parameter,
  type StepOptions,
  type Tensor,
} from '@voltaic/core'
import type { Recorder } from './recorder.ts'
import type { PrecisionSpec } from './scenario.ts'

/** Mixed precision that notes when autocast is on and, of a scaler, what it does. */
export class TracedPrecision extends MixedPrecision {
  readonly #recorder: Recorder

  constructor({ name, scaler }: PrecisionSpec, recorder: Recorder) {
    super(name, name === '16-mixed' ? { scaler: new TracedScaler(scaler, recorder) } : {})
    this.#recorder = recorder
  }

  override forwardContext<T>(step: () => T): T {
    this.#recorder.note('autocast>')
    const end = <R>(result: R): R => {
      this.#recorder.note('autocast<')
      return result
    }
    const result = super.forwardContext(step)
    return result instanceof Promise ? (result.then(end) as T) : end(result)
  }

  /** The scales after each update, and the state of the scaler: numbers. Null without one. */
  async outcome(): Promise<object | null> {
    const { scaler } = this
    if (!(scaler instanceof TracedScaler)) return null
    const numbers = (entries: object) =>
      Promise.all(
        Object.entries(entries).map(async ([name, x]) => [name, typeof x === 'number' ? x : await x.item()] as const),
      )
    const scales = await Promise.all(scaler.scales.map((scale) => scale.item()))
    return { scales, state: Object.fromEntries(await numbers(scaler.stateDict())) }
  }
}

class TracedScaler extends GradScaler {
  readonly scales: Tensor[] = []
  readonly #recorder: Recorder

  constructor(options: PrecisionSpec['scaler'], recorder: Recorder) {
    super(options)
    this.#recorder = recorder
  }

  override scale(loss: Tensor): Tensor {
    this.#recorder.note('scaler.scale(', this.currentScale, ')')
    return super.scale(loss)
  }

  override unscale(optimizer: Optimizer, parameters?: readonly Parameter[]): void {
    this.#recorder.note('scaler.unscale_')
    super.unscale(optimizer, parameters)
  }

  override async step(optimizer: Optimizer, options?: StepOptions): Promise<void> {
    this.#recorder.note('scaler.step')
    await this.#recorder.unless('scaler.SKIPPED', async () => {
      await super.step(optimizer, options)
      return this.wasSkipped(optimizer)
    })
  }

  override update(): void {
    super.update()
    this.#recorder.note('scaler.update->', this.currentScale)
    this.scales.push(this.currentScale.detach().keep())
  }
}
