import { noGrad } from '../autograd/no-grad.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { wide } from '../graph/composites/statistics.ts'
import { scalarValue } from '../graph/record.ts'
import { specOf } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { LBFGS } from '../optim/lbfgs/lbfgs.ts'
import type { Optimizer, StepOptions } from '../optim/optimizer.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { realm } from '../tensor/realm.ts'
import { Slot } from '../tensor/slot.ts'
import { snapshot } from '../tensor/snapshot.ts'
import { TensorStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'
import { checkScalerOptions, overflowIn } from './overflow.ts'

export interface GradScalerOptions {
  /** The first scale. Default 65536. */
  readonly initScale: number
  /** By which the scale grows, > 1. Default 2. */
  readonly growthFactor: number
  /** By which the scale is multiplied after an overflow, between 0 and 1. Default 0.5. */
  readonly backoffFactor: number
  /** Steps without an overflow in a row after which the scale grows, a whole number ≥ 1. Default 2000. */
  readonly growthInterval: number
  /** Default true; false scales and skips nothing. */
  readonly enabled: boolean
}

/** State of a scaler, with PyTorch's names. The scale and the tracker are float32 scalars: tensors, or numbers. */
export interface GradScalerStateDict {
  readonly scale: Tensor | number
  readonly growth_factor: number
  readonly backoff_factor: number
  readonly growth_interval: number
  /** Steps without an overflow since the scale last changed. */
  readonly _growth_tracker: Tensor | number
}

const defaults: GradScalerOptions = {
  initScale: 2 ** 16,
  growthFactor: 2,
  backoffFactor: 0.5,
  growthInterval: 2000,
  enabled: true,
}

/**
 * Scales losses, so that small gradients do not vanish in float16 (Micikevicius et al. 2018). A step whose gradients overflow
 * is skipped and the scale lowered; after many without an overflow it is raised. Everything is decided on the device: scale,
 * overflow and skipped update are part of the step's graph.
 *
 * In a loop of one's own: `scaler.scale(loss).backward()`, then `await scaler.step(optimizer)`, then `scaler.update()`. A
 * Trainer with `precision: '16-mixed'` does it all.
 */
export class GradScaler {
  readonly enabled: boolean
  #factors: Omit<GradScalerOptions, 'initScale' | 'enabled'>
  readonly #scale: Slot
  readonly #tracker: Slot
  /** Whether gradients overflowed, of each optimizer whose gradients were unscaled since the last update. */
  readonly #overflows = new Map<Optimizer, Value>()
  readonly #unscaled = new Set<Optimizer>()
  readonly #stepped = new Map<Optimizer, Tensor>()

  /** @throws OutOfRangeError when an option is out of range */
  constructor(options: Partial<GradScalerOptions> = {}) {
    const { initScale, enabled, ...factors } = { ...defaults, ...options }
    checkScalerOptions({ initScale, ...factors })
    this.enabled = enabled
    this.#factors = factors
    this.#scale = scalarSlot('scale', initScale)
    this.#tracker = scalarSlot('growth tracker', 0)
  }

  get growthFactor(): number {
    return this.#factors.growthFactor
  }

  get backoffFactor(): number {
    return this.#factors.backoffFactor
  }

  get growthInterval(): number {
    return this.#factors.growthInterval
  }

  /** The scale as it is recorded now: a float32 scalar. */
  get currentScale(): Tensor {
    return new Tensor(this.#scale.value)
  }

  /** The scale as a number: reads it from the device. */
  getScale(): Promise<number> {
    return this.enabled ? this.currentScale.item() : Promise.resolve(1)
  }

  /** `loss` times the scale; a half type becomes float32. */
  scale(loss: Tensor): Tensor {
    if (!this.enabled) return loss
    const wideLoss = wide(loss.value)
    return new Tensor(build.mul(wideLoss, build.cast(this.#scale.value!, wideLoss.spec.dtype)))
  }

  /**
   * Brings the gradients of `optimizer` to their true size, before they are clipped or looked at. `step` does it otherwise.
   *
   * @param parameters - those whose gradients are scaled; default: all of the optimizer
   * @throws MisconfigurationError when they have been unscaled since the last update
   */
  unscale(optimizer: Optimizer, parameters?: readonly Parameter[]): void {
    if (!this.enabled) return
    if (this.#unscaled.has(optimizer) && parameters === undefined) {
      throw new MisconfigurationError(
        `GradScaler: the gradients of this optimizer were unscaled before, got a second unscale() of ${optimizer.constructor.name}; call it once between updates`,
      )
    }
    this.#unscaled.add(optimizer)
    const scaled = parameters ?? optimizer.paramGroups.flatMap(({ params }) => params)
    noGrad(() => {
      const gradients = scaled.flatMap(({ gradient }) => (gradient.value === null ? [] : [gradient]))
      const overflow = overflowIn(gradients.map(({ value }) => value!))
      const before = this.#overflows.get(optimizer)
      this.#overflows.set(optimizer, before === undefined ? overflow : build.or(before, overflow))
      const inverse = build.div(build.literal(1, 'float32'), this.#scale.value!)
      for (const gradient of gradients) {
        const value = gradient.value!
        gradient.value = build.mul(value, build.cast(inverse, value.spec.dtype))
      }
    })
  }

  /**
   * One step of `optimizer`, which leaves parameters and state as they are, bit by bit, when its gradients overflowed.
   *
   * @throws MisconfigurationError for LBFGS, which evaluates a closure several times and cannot be skipped as a whole
   */
  async step(optimizer: Optimizer, options?: StepOptions): Promise<void> {
    if (!this.enabled) {
      await optimizer.step(undefined, options)
      return
    }
    refuseLbfgs(optimizer)
    if (!this.#unscaled.has(optimizer)) this.unscale(optimizer)
    const skip = new Tensor(this.#overflows.get(optimizer)!)
    // The commit of the step realises it: what it is computed from is gone when the scale is updated and read.
    if (realm.step === null) skip.keep()
    this.#unscaled.delete(optimizer)
    this.#stepped.set(optimizer, skip)
    await optimizer.stepWith({ skip }, undefined, options)
  }

  /** Whether the last step of `optimizer` was skipped: a bool scalar. @throws MisconfigurationError before the first */
  wasSkipped(optimizer: Optimizer): Tensor {
    const skip = this.#stepped.get(optimizer)
    if (skip !== undefined) return skip
    throw new MisconfigurationError(
      `GradScaler: this optimizer has not been stepped, got ${optimizer.constructor.name}; call step() first`,
    )
  }

  /**
   * Lowers the scale when gradients overflowed since the last update, and raises it after `growthInterval` steps without.
   *
   * @param scale - the scale to go on with, whatever happened
   * @throws MisconfigurationError when no gradients were unscaled since
   */
  update(scale?: number): void {
    if (!this.enabled) return
    if (scale !== undefined) {
      checkScalerOptions({ ...this.#factors, initScale: scale })
      this.#scale.value = scalarValue(scale)
      this.#overflows.clear()
      this.#unscaled.clear()
      return
    }
    const overflows = [...this.#overflows.values()]
    if (overflows.length === 0) {
      throw new MisconfigurationError(
        'GradScaler: nothing says whether gradients overflowed, got update() before any step(); call step() first',
      )
    }
    noGrad(() => this.#decide(overflows.reduce(build.or)))
    this.#overflows.clear()
    this.#unscaled.clear()
  }

  #decide(overflow: Value): void {
    const [scale, tracker] = [this.#scale.value!, this.#tracker.value!]
    const { growthFactor, backoffFactor, growthInterval } = this.#factors
    const [zero, one] = [build.literal(0, 'float32'), build.literal(1, 'float32')]
    const count = build.add(tracker, one)
    const isDue = build.equal(count, scalarValue(growthInterval))
    const grown = build.mul(scale, scalarValue(growthFactor))
    const raised = build.where(build.and(isDue, build.isFinite(grown)), grown, scale)
    this.#scale.value = build.where(overflow, build.mul(scale, scalarValue(backoffFactor)), raised)
    this.#tracker.value = build.where(build.or(overflow, isDue), zero, count)
  }

  /** The state, untouched by later steps; empty when disabled. */
  stateDict(): GradScalerStateDict | Record<string, never> {
    if (!this.enabled) return {}
    const { growthFactor, backoffFactor, growthInterval } = this.#factors
    return {
      scale: snapshot(this.#scale),
      growth_factor: growthFactor,
      backoff_factor: backoffFactor,
      growth_interval: growthInterval,
      _growth_tracker: snapshot(this.#tracker),
    }
  }

  /** Takes over saved state. @throws MisconfigurationError or OutOfRangeError when it is none; nothing has changed then */
  loadStateDict(state: GradScalerStateDict): void {
    if (!this.enabled) return
    const { scale, growth_factor, backoff_factor, growth_interval, _growth_tracker } = state
    if (scale === undefined || _growth_tracker === undefined) {
      throw new MisconfigurationError(
        `GradScaler: a state has scale and _growth_tracker, got ${Object.keys(state).join(', ') || 'nothing'}; pass what stateDict() gave`,
      )
    }
    const factors = { growthFactor: growth_factor, backoffFactor: backoff_factor, growthInterval: growth_interval }
    checkScalerOptions({ ...factors, initScale: typeof scale === 'number' ? scale : 1 })
    this.#factors = factors
    this.#scale.value = float32Scalar(scale)
    this.#tracker.value = float32Scalar(_growth_tracker)
  }
}

/** @throws MisconfigurationError for LBFGS */
export function refuseLbfgs(optimizer: Optimizer): void {
  if (!(optimizer instanceof LBFGS)) return
  throw new MisconfigurationError(
    "GradScaler: LBFGS evaluates its closure several times and cannot skip a step, got an LBFGS; use 'bf16-mixed' or '32-true'",
  )
}

function scalarSlot(name: string, x: number): Slot {
  return Slot.committedOn(name, TensorStorage.ofHost(Float32Array.of(x), specOf('float32', [])))
}

function float32Scalar(x: Tensor | number): Value {
  return typeof x === 'number' ? scalarValue(x) : build.cast(x.value, 'float32')
}
