import type { Batches } from '../data/batches.ts'
import { recording } from '../graph/record.ts'
import { batchSizeOf } from '../strategy/batch-to-device.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { limited, type NumberedBatch, numbered } from './batches.ts'
import { EpochOutputs, endEpoch } from './epoch-outputs.ts'
import type { LoopContext } from './loop-context.ts'
import { ModelMode } from './model-mode.ts'
import { forHooks, freeOutputs, tensorsOf } from './step-output.ts'
import { transferred } from './transfer.ts'

/** Which evaluation: on validation or test data. */
export type EvaluationKind = 'Validation' | 'Test'

interface LimitedLoader {
  readonly source: Batches<unknown>
  readonly dataloaderIdx: number
  /** As far as it is known. */
  readonly numBatches: number | undefined
  /** Batches that are taken; undefined: all. */
  readonly limit: number | undefined
}

/** One run over validation or test data, loader by loader: evaluation mode, no gradients, epoch means. */
export class EvaluationLoop {
  readonly #context: LoopContext
  readonly #kind: EvaluationKind
  /** Batches of each loader in all runs: the x-axis of what is logged in steps. */
  readonly #seen: number[] = []

  constructor(context: LoopContext, kind: EvaluationKind) {
    this.#context = context
    this.#kind = kind
  }

  /** @returns what was logged of the epoch */
  async run(): Promise<Readonly<Record<string, number>>> {
    const { metrics, module, evaluation } = this.#context
    const loaders = await this.#loaders()
    const outputs = this.#outputs(loaders.length)
    const mode = new ModelMode(module, this.#kind)
    const scopeBefore = metrics.scope
    metrics.scope = 'evaluation'
    try {
      evaluation.numBatches = sumOf(loaders.map(({ numBatches }) => numBatches))
      await mode.eval()
      await this.#context.call(`on${this.#kind}Start`)
      await this.#context.call(`on${this.#kind}EpochStart`)
      for (const loader of loaders) await this.#loader(loader, { outputs, isOnly: loaders.length === 1 })
      const logged = await this.#endEpoch(outputs)
      await this.#context.call(`on${this.#kind}End`)
      await mode.restoreByHook()
      return logged
    } finally {
      metrics.reset()
      metrics.scope = scopeBefore
      mode.restore()
    }
  }

  async #loaders(): Promise<LimitedLoader[]> {
    const { loaders, options, progress } = this.#context
    const [who, kind, option] =
      this.#kind === 'Validation'
        ? (['validate', 'val', 'limitValBatches'] as const)
        : (['test', 'test', 'limitTestBatches'] as const)
    const sources = await loaders.get(kind)
    return sources.map((source, dataloaderIdx) => {
      const numBatches = limited(who, source, { option, limit: options[option] })
      const limit = options[option] === null ? undefined : numBatches
      const steps = options.numSanityValSteps
      if (!progress.sanityChecking || steps === -1) return { source, dataloaderIdx, numBatches, limit }
      const few = Math.min(steps, numBatches ?? steps)
      return { source, dataloaderIdx, numBatches: few, limit: few }
    })
  }

  #outputs(loaders: number): readonly EpochOutputs[] {
    if (this.#kind === 'Test' || this.#context.module.validationEpochEnd === undefined) return []
    return Array.from({ length: loaders }, () => new EpochOutputs())
  }

  async #loader(
    { source, dataloaderIdx, limit }: LimitedLoader,
    { outputs, isOnly }: { readonly outputs: readonly EpochOutputs[]; readonly isOnly: boolean },
  ): Promise<void> {
    const { metrics, writer, isInterrupted, progress } = this.#context
    metrics.dataloaderIdx = isOnly ? null : dataloaderIdx
    try {
      for await (const batch of numbered(source, limit)) {
        if (isInterrupted()) break
        await this.#batch(batch, { dataloaderIdx, epoch: outputs[dataloaderIdx] })
        if (progress.sanityChecking) continue
        const seen = this.#seen[dataloaderIdx] ?? 0
        await writer.afterEvaluationBatch(seen)
        this.#seen[dataloaderIdx] = seen + 1
      }
    } finally {
      metrics.dataloaderIdx = null
    }
  }

  async #endEpoch(outputs: readonly EpochOutputs[]): Promise<Readonly<Record<string, number>>> {
    const { metrics, writer, progress, call } = this.#context
    await metrics.endEpoch()
    const onHost = await Promise.all(outputs.map((epoch) => epoch.toHost()))
    if (outputs.length > 0)
      await endEpoch(this.#context, 'validationEpochEnd', onHost.length === 1 ? onHost[0]! : onHost)
    await call(`on${this.#kind}EpochEnd`)
    const { logged } = await metrics.endEpoch()
    if (!progress.sanityChecking) await writer.afterEvaluation(logged)
    return logged
  }

  async #batch(
    { batch: hostBatch, batchIdx }: NumberedBatch,
    { dataloaderIdx, epoch }: { readonly dataloaderIdx: number; readonly epoch: EpochOutputs | undefined },
  ): Promise<void> {
    const { strategy, metrics } = this.#context
    const step = await openStep(strategy.accelerator)
    const { gradEnabled } = recording
    // The loop owns the mode for the whole step, over its awaits; `noGrad` is for what is synchronous.
    recording.gradEnabled = false
    try {
      await commitAssigned()
      const batch = await transferred(this.#context, hostBatch, dataloaderIdx)
      metrics.batchSize = batchSizeOf(batch)
      await this.#context.call(`on${this.#kind}BatchStart`, batch, batchIdx, dataloaderIdx)
      const returned = await metrics.at(this.#kind === 'Test' ? 'testStep' : 'validationStep', () =>
        this.#step(batch, batchIdx, dataloaderIdx),
      )
      const outputs = freeOutputs(`${this.#kind.toLowerCase()}Step`, returned)
      await commit(tensorsOf(outputs).map((tensor) => tensor.value))
      const shown = forHooks(outputs)
      epoch?.add(shown)
      await this.#context.call(`on${this.#kind}BatchEnd`, shown, batch, batchIdx, dataloaderIdx)
      await commitAssigned()
    } catch (error) {
      rollback()
      throw error
    } finally {
      recording.gradEnabled = gradEnabled
      metrics.batchSize = 1
      step.close()
    }
  }

  #step(batch: unknown, batchIdx: number, dataloaderIdx: number): unknown {
    const { strategy, module } = this.#context
    return strategy.step(() =>
      this.#kind === 'Test'
        ? module.testStep?.(batch, batchIdx, dataloaderIdx)
        : module.validationStep?.(batch, batchIdx, dataloaderIdx),
    )
  }
}

function sumOf(counts: readonly (number | undefined)[]): number | undefined {
  let sum = 0
  for (const count of counts) {
    if (count === undefined) return undefined
    sum += count
  }
  return sum
}
