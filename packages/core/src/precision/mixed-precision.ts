import { noGrad } from '../autograd/no-grad.ts'
import { DTypeError, MisconfigurationError, UnderflowError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Module } from '../nn/module.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import { type HalfDType, openAutocast } from '../tensor/autocast.ts'
import type { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { FullPrecision } from './full-precision.ts'
import { GradScaler, type GradScalerStateDict, refuseLbfgs } from './grad-scaler.ts'
import type { GradientClipAlgorithm, PrecisionStateDict } from './precision-plugin.ts'
import { within } from './within.ts'

export interface MixedPrecisionOptions {
  /** Of '16-mixed'; default: one with default options. 'bf16-mixed' has the range of float32 and takes none. */
  readonly scaler?: GradScaler
}

/**
 * '16-mixed' and 'bf16-mixed': steps run under `autocast`, parameters stay float32. '16-mixed' scales the loss, so that small
 * gradients do not vanish, and skips steps whose gradients overflow.
 */
export class MixedPrecision extends FullPrecision {
  override readonly precision: '16-mixed' | 'bf16-mixed'
  override readonly dtype: HalfDType
  /** Null in 'bf16-mixed'. */
  readonly scaler: GradScaler | null
  #parameters: ReadonlySet<Parameter> = new Set()
  /** Parameters whose gradients are at the present scale; others have them at their true size. */
  readonly #scaled = new Set<Parameter>()
  /** Optimizers whose gradients were unscaled, for the next step. */
  readonly #unscaled = new Set<Optimizer>()
  readonly #skips = new Map<Optimizer, boolean | Tensor>()

  /** @throws MisconfigurationError for another precision, or a scaler with 'bf16-mixed' */
  constructor(precision: '16-mixed' | 'bf16-mixed', { scaler }: MixedPrecisionOptions = {}) {
    super()
    if (precision !== '16-mixed' && precision !== 'bf16-mixed') {
      throw new MisconfigurationError(
        `MixedPrecision: is '16-mixed' or 'bf16-mixed', got ${JSON.stringify(precision)}; for others name them to the Trainer`,
      )
    }
    const isBfloat = precision === 'bf16-mixed'
    if (isBfloat && scaler !== undefined) {
      throw new MisconfigurationError(
        "MixedPrecision: 'bf16-mixed' has the range of float32 and takes no scaler, got one; leave it out",
      )
    }
    this.precision = precision
    this.dtype = isBfloat ? 'bfloat16' : 'float16'
    this.scaler = isBfloat ? null : (scaler ?? new GradScaler())
  }

  /** @throws DTypeError when a parameter is of a half type already: nothing would keep its small updates */
  override convertModule(module: Module): void {
    this.#parameters = new Set(module.parameters())
    this.#scaled.clear()
    this.#unscaled.clear()
    this.#skips.clear()
    const half = [...this.#parameters].find(({ dtype }) => dtype === 'float16' || dtype === 'bfloat16')
    if (half === undefined) return
    throw new DTypeError(
      `${this.precision}: parameters stay float32, got one of ${half.dtype}; cast the module, module.float(), or use ${half.dtype === 'float16' ? "'16-true'" : "'bf16-true'"}`,
    )
  }

  override forwardContext<T>(step: () => T): T {
    return within(() => openAutocast({ dtype: this.dtype }), step)
  }

  override preBackward(loss: Tensor): Tensor {
    return this.scaler === null ? loss : this.scaler.scale(loss)
  }

  override async backward(loss: Tensor, run: (loss: Tensor) => void | Promise<void>): Promise<void> {
    if (this.scaler === null) return run(loss)
    const trueSized = this.#setAside()
    try {
      await run(loss)
    } finally {
      this.#putBack(trueSized)
    }
  }

  override async optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    const { scaler } = this
    if (scaler === null) return super.optimizerStep(optimizer, closure, options)
    refuseLbfgs(optimizer)
    const loss = await closure()
    // Without a loss there is nothing to learn from: neither the step nor the scale moves.
    this.#skips.set(optimizer, true)
    if (!this.#unscaled.delete(optimizer)) return loss
    await scaler.step(optimizer, options)
    this.#skips.set(optimizer, scaler.enabled ? scaler.wasSkipped(optimizer) : false)
    this.#updateScale(scaler)
    return loss
  }

  override wasSkipped(optimizer: Optimizer): boolean | Tensor {
    return this.#skips.get(optimizer) ?? false
  }

  override async checkSkipped(): Promise<void> {
    if (this.scaler === null || (await this.scaler.getScale()) > 0) return
    throw new UnderflowError(
      '16-mixed: every step overflowed until the scale was gone, got a scale of 0; the loss or its gradients are not finite for another reason: look for it with detectAnomaly, lower the learning rate, clip gradients, or use bf16-mixed',
    )
  }

  override unscaleGradients(optimizer: Optimizer): void {
    if (this.scaler === null) return
    const parameters = optimizer.paramGroups.flatMap(({ params }) => params)
    const isFirst = !this.#unscaled.has(optimizer)
    // Whose gradients are not watched, as no part of the module, are scaled by every backward pass.
    const isScaled = (parameter: Parameter) => (this.#parameters.has(parameter) ? this.#scaled.has(parameter) : isFirst)
    const scaled = parameters.filter(isScaled)
    if (!isFirst && scaled.length === 0) return
    this.scaler.unscale(optimizer, scaled)
    this.#unscaled.add(optimizer)
    for (const parameter of scaled) this.#scaled.delete(parameter)
  }

  override clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void {
    // Clipping must see gradients of their true size, in manual optimization too.
    if (clipValue > 0) this.unscaleGradients(optimizer)
    super.clipGradients(optimizer, clipValue, algorithm)
  }

  override stateDict(): PrecisionStateDict {
    if (this.scaler === null) return {}
    // Gradients of an open window are at the scale: saved and loaded they have to be known as such.
    const scaled = [...this.#parameters].flatMap((parameter, i) => (this.#scaled.has(parameter) ? [i] : []))
    return { ...this.scaler.stateDict(), scaled }
  }

  override loadStateDict(state: PrecisionStateDict): void {
    this.scaler?.loadStateDict(state as unknown as GradScalerStateDict)
    const parameters = [...this.#parameters]
    this.#scaled.clear()
    for (const i of (state.scaled ?? []) as readonly number[]) this.#scaled.add(parameters[i]!)
  }

  /** A backward pass adds scaled gradients: those of their true size wait until it is over. */
  #setAside(): Map<Parameter, Value> {
    const trueSized = new Map<Parameter, Value>()
    for (const parameter of this.#parameters) {
      const { value } = parameter.gradient
      if (value === null) this.#scaled.delete(parameter)
      else if (!this.#scaled.has(parameter)) {
        trueSized.set(parameter, value)
        parameter.gradient.value = null
      }
    }
    return trueSized
  }

  #putBack(trueSized: ReadonlyMap<Parameter, Value>): void {
    for (const parameter of this.#parameters) {
      const { gradient } = parameter
      const waiting = trueSized.get(parameter)
      if (gradient.value !== null) this.#scaled.add(parameter)
      if (waiting === undefined) continue
      const added = gradient.value
      gradient.value = added === null ? waiting : noGrad(() => build.add(added, this.#scaledLike(waiting)))
    }
  }

  #scaledLike(gradient: Value): Value {
    return build.mul(gradient, build.cast(this.scaler!.currentScale.value, gradient.spec.dtype))
  }

  /** Gradients that wait for another optimizer's step are brought to the new scale. */
  #updateScale(scaler: GradScaler): void {
    const before = scaler.currentScale.value
    scaler.update()
    const waiting = [...this.#scaled].filter(({ gradient }) => gradient.value !== null)
    if (!scaler.enabled || waiting.length === 0) return
    noGrad(() => {
      const ratio = build.div(scaler.currentScale.value, before)
      for (const { gradient } of waiting) {
        const value = gradient.value!
        gradient.value = build.mul(value, build.cast(ratio, value.spec.dtype))
      }
    })
  }
}
