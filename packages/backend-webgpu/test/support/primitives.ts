import { type DType, primitiveNames } from '@voltaic/core/graph'
import { afterAll, beforeAll, test } from 'vitest'
import { SeededTensors } from '../../../core/test/support/host-tensors.ts'
import { primitiveCases, takes } from '../../../core/test/support/primitive-cases.ts'
import { expectLikeReference } from './against-reference.ts'
import { describeOnDevice, device, testOnHalf } from './device.ts'

// The same each time: shapes are drawn too, and kernels of shapes that were met before come from the driver's cache.
const { TEST_SEED } = process.env
const seed = Number(TEST_SEED ?? 1)

/** Compares every primitive that takes `dtype` with the reference; the cases of one are one graph. */
export function testPrimitives(dtype: DType): void {
  describeOnDevice(`with seed ${seed}, on ${dtype}`, () => {
    beforeAll(() => device.setup())
    afterAll(() => device.teardown())

    const run = dtype === 'float16' ? testOnHalf : test
    const names = primitiveNames.filter((op) => takes(op, dtype))
    run.each(names)('%s gives what the reference gives', { timeout: 60_000 }, async (op) => {
      const { cases, kind } = primitiveCases[op]
      const outputs = [...cases(new SeededTensors(seed), dtype)].flat()
      await expectLikeReference(
        outputs.filter(({ spec }) => device.capabilities.supports('cast', spec.dtype) !== undefined),
        kind,
      )
    })
  })
}
