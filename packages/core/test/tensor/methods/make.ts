import { tensor } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

export const ints = (data: NestedArray): Tensor => tensor(data, { dtype: 'int32' })
export const doubles = (data: NestedArray): Tensor => tensor(data, { dtype: 'float64' })
export const bytes = (data: NestedArray): Tensor => tensor(data, { dtype: 'uint8' })
export const words = (data: NestedArray): Tensor => tensor(data, { dtype: 'uint32' })

/** One use of a method: what it makes, and what that is. */
export type Use = readonly [make: () => Tensor, expected: NestedArray]
