import { noGrad } from '../autograd/no-grad.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { stopGradient } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { scalarValue } from '../graph/record.ts'
import { formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { EpochMetric } from '../metrics/metric.ts'
import { read } from '../tensor/flush.ts'
import { decodeNumber } from '../tensor/host.ts'
import { disposeValue } from '../tensor/step-scope.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Whether `value` is computed and reset with its epoch. */
export function isEpochMetric(value: unknown): value is EpochMetric {
  return typeof value === 'object' && value !== null && 'compute' in value && 'reset' in value
}

/** A number or tensor as a 0-d float32. @throws MisconfigurationError when it has not one element */
export function toScalar(name: string, value: Tensor | number): Value {
  if (typeof value === 'number') return scalarValue(value)
  if (!(value instanceof Tensor)) {
    throw new MisconfigurationError(`log: takes a number or a tensor, got ${typeof value} for "${name}"`)
  }
  const { spec } = value.value
  if (spec.size !== 1) {
    throw new MisconfigurationError(
      `log: takes one element, got ${formatSpec(spec)} for "${name}"; log its mean() or max`,
    )
  }
  return noGrad(() => build.reshape(build.cast(stopGradient(value.value), 'float32'), []))
}

/** Gives back what was computed to be read; a leaf belongs to its slot. */
export function release(value: Value): void {
  if (value.node.op.kind !== 'leaf') disposeValue(value)
}

/** Scalars as numbers, in one read. */
export async function readScalars(values: readonly Value[]): Promise<number[]> {
  const data = await read(values)
  return data.map((array, i) => decodeNumber(array[0]!, values[i]!.spec.dtype))
}
