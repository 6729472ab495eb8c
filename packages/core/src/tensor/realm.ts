import type { Accelerator } from '../accelerator/accelerator.ts'
import type { DType } from '../graph/dtype.ts'
import type { Value } from '../graph/value.ts'
import type { Autocast } from './autocast.ts'
import { ExecutableCache } from './executables.ts'
import type { Slot } from './slot.ts'
import type { StepScope } from './step-scope.ts'

/**
 * The ambient state of tensors in one realm. Each part is changed by one module; everything else reads.
 */
export interface Realm {
  /** What runs graphs: the reference until `useAccelerator`. */
  accelerator: Accelerator | null
  /** The open step. */
  step: StepScope | null
  /** Slots assigned since the last commit. */
  readonly dirty: Set<Slot>
  /** Tensors that were kept, or on which `backward()` was called, outside a step: the next commit realises them. */
  readonly wanted: Set<Value>
  /** Leaves that the running or last commit outside a step replaced: readable until the next one. */
  retiring: Value[]
  /** Runs graphs node by node and names the line of the first NaN. */
  detectAnomaly: boolean
  /** In which dtype ops run that gain from a lower precision; null: in that of their inputs. */
  autocast: Autocast | null
  /** The dtype of what is created without one. */
  defaultDType: FloatDType
}

/** A dtype of fractions. */
export type FloatDType = Extract<DType, 'float16' | 'bfloat16' | 'float32' | 'float64'>

export const realm: Realm = {
  accelerator: null,
  step: null,
  dirty: new Set(),
  wanted: new Set(),
  retiring: [],
  detectAnomaly: false,
  autocast: null,
  defaultDType: 'float32',
}

const caches = new WeakMap<Accelerator, ExecutableCache>()

/** The executables compiled for `accelerator`. */
export function executablesOf(accelerator: Accelerator): ExecutableCache {
  let cache = caches.get(accelerator)
  if (cache === undefined) {
    cache = new ExecutableCache(accelerator)
    caches.set(accelerator, cache)
  }
  return cache
}
