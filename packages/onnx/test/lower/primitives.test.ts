import type { DType } from '@voltaic/core'
import { type PrimitiveName, primitiveNames } from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
import { freshSeed } from '../../../core/test/support/fresh-seed.ts'
import { SeededTensors } from '../../../core/test/support/host-tensors.ts'
import { primitiveCases } from '../../../core/test/support/primitive-cases.ts'
import { supportsOnnx } from '../../src/index.ts'
import { expectAgreement } from '../support/agreement.ts'

// Half types stay within a model: see `halves.test.ts`.
const dtypes: readonly DType[] = ['float32', 'int32', 'uint32', 'uint8', 'bool', 'float64']

const declared = primitiveNames.flatMap((op) =>
  dtypes.filter((dtype) => supportsOnnx(op, dtype)).map((dtype): [PrimitiveName, DType] => [op, dtype]),
)

const seed = freshSeed()

describe(`with seed ${seed}, what is declared agrees with the reference`, () => {
  test.each(declared)('%s on %s', { timeout: 30_000 }, async (op, dtype) => {
    const { cases, kind } = primitiveCases[op]
    // All in one session: creating it takes longer than running it.
    await expectAgreement([...cases(new SeededTensors(seed), dtype)].flat(), kind)
  })
})

test('nothing is declared that ONNX Runtime lacks', () => {
  for (const dtype of dtypes) {
    expect(supportsOnnx('randomBits', dtype)).toBe(false)
    expect(supportsOnnx('atan2', dtype)).toBe(false)
    expect(supportsOnnx('noSuchOp', dtype)).toBe(false)
  }
})
