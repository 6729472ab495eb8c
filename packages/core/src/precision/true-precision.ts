import { MisconfigurationError } from '../errors/errors.ts'
import { isFloat } from '../graph/dtype.ts'
import type { Module } from '../nn/module.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import { setDefaultDType } from '../tensor/default-dtype.ts'
import { Generator } from '../tensor/generator.ts'
import { type FloatDType, realm } from '../tensor/realm.ts'
import { Tensor } from '../tensor/tensor.ts'
import { roundToFloat16 } from '../util/half.ts'
import { FullPrecision } from './full-precision.ts'
import { roundStochastically } from './stochastic-rounding.ts'
import { within } from './within.ts'

/** Precisions in which the whole module is of one dtype. */
export type TruePrecisionName = '16-true' | 'bf16-true' | '64-true'

export interface TruePrecisionOptions {
  /**
   * Of 'bf16-true': whether updated parameters are rounded up or down at random, with the chance that each is near, so that
   * updates too small for the type are not lost on average (Zamirai et al. 2020). Default false: to the nearest.
   */
  readonly stochasticRounding?: boolean
  /** Seed of the rounding. Default 0. */
  readonly seed?: number
}

const dtypes: Readonly<Record<TruePrecisionName, FloatDType>> = {
  '16-true': 'float16',
  'bf16-true': 'bfloat16',
  '64-true': 'float64',
}

/**
 * '16-true', 'bf16-true' and '64-true': parameters, buffers, batches and what a step creates are of one dtype. Half the memory
 * and no scaler: small gradients vanish in float16. Updates are computed in float32 and rounded once.
 */
export class TruePrecision extends FullPrecision {
  override readonly precision: TruePrecisionName
  override readonly dtype: FloatDType
  readonly #generator: Generator | null
  readonly #warned = new WeakSet<Optimizer>()

  /** @throws MisconfigurationError for another precision, or stochastic rounding in another type than bfloat16 */
  constructor(precision: TruePrecisionName, { stochasticRounding = false, seed = 0 }: TruePrecisionOptions = {}) {
    super()
    const dtype = Object.hasOwn(dtypes, precision) ? dtypes[precision] : undefined
    if (dtype === undefined) {
      throw new MisconfigurationError(
        `TruePrecision: is one of ${Object.keys(dtypes).join(', ')}, got ${JSON.stringify(precision)}; for others name them to the Trainer`,
      )
    }
    if (stochasticRounding && dtype !== 'bfloat16') {
      throw new MisconfigurationError(
        `TruePrecision: stochastic rounding is for 'bf16-true', got '${precision}'; leave it out`,
      )
    }
    this.precision = precision
    this.dtype = dtype
    this.#generator = stochasticRounding ? new Generator(seed) : null
  }

  override convertModule(module: Module): void {
    module.to(this.dtype)
  }

  override convertInput<Batch>(batch: Batch): Batch {
    return cast(batch, this.dtype) as Batch
  }

  override forwardContext<T>(step: () => T): T {
    return within(() => {
      const before = realm.defaultDType
      setDefaultDType(this.dtype)
      return () => setDefaultDType(before)
    }, step)
  }

  override async optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    if (this.dtype === 'float16') this.#warnOfConstants(optimizer)
    const generator = this.#generator
    if (generator === null) return super.optimizerStep(optimizer, closure, options)
    const round = roundStochastically(generator)
    return optimizer.stepWith({ round: (x, dtype) => round(x, dtype) }, closure, options)
  }

  #warnOfConstants(optimizer: Optimizer): void {
    if (this.#warned.has(optimizer)) return
    this.#warned.add(optimizer)
    for (const group of optimizer.paramGroups) {
      const { eps } = group as { readonly eps?: unknown }
      if (typeof eps !== 'number' || eps === 0 || roundToFloat16(eps) !== 0) continue
      console.warn(
        `16-true: eps of ${optimizer.constructor.name} vanishes in float16, got ${eps}; squares of gradients below 2e-4 do, too, and what is divided by them grows without bound: use eps ≥ 1e-4, '16-mixed' or 'bf16-true'`,
      )
      return
    }
  }
}

/** A batch with its floating tensors in `dtype`, however nested. */
function cast(batch: unknown, dtype: FloatDType): unknown {
  if (batch instanceof Tensor) return isFloat(batch.dtype) ? batch.to(dtype) : batch
  if (Array.isArray(batch)) return batch.map((element) => cast(element, dtype))
  if (typeof batch !== 'object' || batch === null) return batch
  const prototype = Object.getPrototypeOf(batch)
  if (prototype !== Object.prototype && prototype !== null) return batch
  return Object.fromEntries(Object.entries(batch).map(([key, value]) => [key, cast(value, dtype)]))
}
