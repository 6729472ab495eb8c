import { MisconfigurationError } from '../errors/errors.ts'
import { sameShape } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import type { Module } from '../nn/module.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * Loads saved weights, if they fit: names, shapes and dtypes. All or nothing.
 *
 * @param who - named in errors
 * @throws MisconfigurationError naming everything that does not fit
 */
export function restoreWeights(who: string, module: Module, saved: ReadonlyMap<string, Tensor>): void {
  const own = module.stateDict()
  const missing = [...own.keys()].filter((name) => !saved.has(name))
  const unexpected = [...saved.keys()].filter((name) => !own.has(name))
  const different = Array.from(own, ([name, { shape, dtype }]) => {
    const found = saved.get(name)
    if (found === undefined || (sameShape(shape, found.shape) && dtype === found.dtype)) return ''
    return `${name} is ${found.dtype}${formatShape(found.shape)} for ${dtype}${formatShape(shape)}`
  }).filter((text) => text !== '')
  const faults = [
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]),
    ...(unexpected.length === 0 ? [] : [`unexpected: ${unexpected.join(', ')}`]),
    ...different,
  ]
  if (faults.length > 0) {
    throw new MisconfigurationError(
      `${who}: the checkpoint does not fit ${module.constructor.name}, got ${faults.join('; ')}; load what fits with module.loadStateDict(state, { strict: false })`,
    )
  }
  module.loadStateDict(saved)
}
