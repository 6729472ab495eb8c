import { OutOfRangeError } from '../../errors/errors.ts'
import type { Module } from '../module.ts'

/** Gives `copy`, which is built as `original` is, its values, modes and what is frozen of it. */
export function copyState<T extends Module>(original: T, copy: T): T {
  copy.loadStateDict(original.stateDict())
  const modules = copy.modules()
  for (const [i, { training }] of original.modules().entries()) modules[i]!.training = training
  const parameters = copy.parameters()
  for (const [i, { requiresGrad }] of original.parameters().entries()) parameters[i]!.requiresGrad = requiresGrad
  return copy
}

/** @throws OutOfRangeError when there are none */
export function copiesOf<T extends { clone(): T }>(who: string, layer: T, count: number): T[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new OutOfRangeError(`${who}: the number of layers is a whole number ≥ 1, got ${count}`)
  }
  return Array.from({ length: count }, () => layer.clone())
}
