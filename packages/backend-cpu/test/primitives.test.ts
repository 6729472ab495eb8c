import { type PrimitiveName, primitiveNames } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshSeed } from '../../core/test/support/fresh-seed.ts'
import { SeededTensors } from '../../core/test/support/host-tensors.ts'
import { primitiveCases, takes } from '../../core/test/support/primitive-cases.ts'
import { cpuDTypes } from '../src/kernels/dtypes.ts'
import { device, expectLikeReference } from './support/against-reference.ts'

beforeAll(() => device.setup())
afterAll(() => device.teardown())

const seed = freshSeed()

const taken = primitiveNames.flatMap((op) =>
  cpuDTypes.filter((dtype) => takes(op, dtype)).map((dtype) => ({ op, dtype })),
)

describe(`with seed ${seed}, every primitive agrees with the reference`, () => {
  test.each(taken)('$op on $dtype', { timeout: 30_000 }, async ({ op, dtype }) => {
    const { cases, kind } = primitiveCases[op]
    // All in one graph: compiling takes longer than running.
    await expectLikeReference([...cases(new SeededTensors(seed), dtype)].flat(), kind)
  })
})

test('dtypes are those that a primitive takes', () => {
  const dtypesOf = (name: PrimitiveName) => taken.filter(({ op }) => op === name).map(({ dtype }) => dtype)
  expect(dtypesOf('exp')).toEqual(['float32', 'float64'])
  expect(dtypesOf('conv')).toEqual(['float32', 'float64'])
  expect(dtypesOf('not')).toEqual(['int32', 'uint32', 'uint8', 'bool'])
  expect(dtypesOf('add')).toEqual(['float32', 'float64', 'int32', 'uint32', 'uint8'])
  expect(dtypesOf('sort')).toEqual(cpuDTypes)
  expect(dtypesOf('randomBits')).toEqual(['uint32'])
})
