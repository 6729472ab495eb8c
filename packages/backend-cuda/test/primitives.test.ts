import type { Accelerator, DType } from '@voltaic/core'
import { primitiveNames } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshSeed } from '../../core/test/support/fresh-seed.ts'
import { SeededTensors } from '../../core/test/support/host-tensors.ts'
import { primitiveCases, takes } from '../../core/test/support/primitive-cases.ts'
import { cuda } from '../src/index.ts'
import { expectLikeReference } from './support/against-reference.ts'
import { missing, tensorflow } from './support/tensorflow.ts'

const dtypes: readonly DType[] = [
  ...(['float32', 'float64', 'float16', 'bfloat16'] as const),
  ...(['int32', 'uint32', 'uint8', 'bool'] as const),
]

const taken = primitiveNames.flatMap((op) => dtypes.filter((dtype) => takes(op, dtype)).map((dtype) => ({ op, dtype })))

const seed = freshSeed()

describe.skipIf(missing)(
  `on TensorFlow's kernels, with seed ${seed}, every primitive agrees with the reference`,
  () => {
    let device: Accelerator

    beforeAll(async () => {
      device = cuda({ tfjs: tensorflow(), allowCpu: true })
      await device.setup()
    })
    afterAll(() => device.teardown())

    test.each(taken)('$op on $dtype', { timeout: 30_000 }, async ({ op, dtype }) => {
      const { cases, kind } = primitiveCases[op]
      await expectLikeReference(device, [...cases(new SeededTensors(seed), dtype)].flat(), kind)
      expect(device.stats().liveBuffers).toBe(0)
    })
  },
)
