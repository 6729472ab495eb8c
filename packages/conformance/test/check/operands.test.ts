import { reference } from '@voltaic/core'
import { expect, test } from 'vitest'
import { evaluate } from '../../src/check/evaluate.ts'
import { Operands } from '../../src/check/operands.ts'

test('no view repeats a number so often that the errors of its sums add up', async () => {
  const views = Array.from({ length: 40 }, (_, seed) => {
    return new Operands(seed, 'repeats', { layout: 'views' }).tensor('float32', [300])
  })
  const accelerator = reference()
  await accelerator.setup()
  for (const { data } of await evaluate(accelerator, views)) expect(new Set(data).size).toBeGreaterThan(200)
})

test('short axes are broadcast, among other views', () => {
  const ops = Array.from({ length: 40 }, (_, seed) => {
    return new Operands(seed, 'repeats', { layout: 'views' }).tensor('float32', [3, 4]).node.op.name
  })
  expect(new Set(ops)).toEqual(new Set(['permute', 'slice', 'flip', 'reshape', 'broadcastTo']))
})
