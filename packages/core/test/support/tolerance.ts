import { expect } from 'vitest'
import type { DType } from '../../src/graph/dtype.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import { numbersOf } from './host-tensors.ts'

/**
 * How an op comes to its result: by moving or by one correctly rounded operation, through a function of the maths
 * library, by adding up many terms, or as a gradient found by differences.
 */
export type OpKind = 'exact' | 'function' | 'accumulation' | 'gradient'

/** Half the distance from 1 to the next number. */
const unitRoundoff: Readonly<Record<DType, number>> = {
  float64: 2 ** -53,
  float32: 2 ** -24,
  float16: 2 ** -11,
  bfloat16: 2 ** -8,
  int32: 0,
  uint32: 0,
  uint8: 0,
  bool: 0,
}

const roundoffs: Readonly<Record<Exclude<OpKind, 'gradient'>, number>> = { exact: 0, function: 8, accumulation: 64 }

/** How far a result may lie from the expected number: `|actual − expected| ≤ absolute + relative · |expected|`. */
export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

function tolerance(dtype: DType, kind: OpKind): Tolerance {
  if (kind === 'gradient') return { relative: 1e-6, absolute: 1e-7 }
  const relative = roundoffs[kind] * unitRoundoff[dtype]
  return { relative, absolute: kind === 'accumulation' ? relative : 0 }
}

/**
 * What terms grow to before they cancel: the largest finite number of a result, and at least 8, as a few hundred numbers
 * between −2 and 2 do on their way to a sum of 0.
 */
export function sizeOfTerms(result: readonly number[]): number {
  return result.reduce((largest, x) => (Number.isFinite(x) ? Math.max(largest, Math.abs(x)) : largest), 8)
}

/**
 * Expects numbers within the tolerance of dtype and kind; NaN stands for NaN, infinities for themselves.
 *
 * @param terms - what was added up in size, where that is known to be more than 1
 */
export function expectClose(actual: HostTensor, expected: ArrayLike<number>, kind: OpKind, terms = 1): void {
  const got = numbersOf(actual)
  expect(got).toHaveLength(expected.length)
  const { relative, absolute } = tolerance(actual.dtype, kind)
  const wrong = got.flatMap((x, i) => {
    const y = expected[i]!
    const close = Object.is(x, y) || x === y || Math.abs(x - y) <= terms * absolute + relative * Math.abs(y)
    return close ? [] : [`[${i}] ${x} is not ${y}`]
  })
  expect(wrong).toEqual([])
}
