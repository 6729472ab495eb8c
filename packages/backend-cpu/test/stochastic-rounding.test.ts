import { type Accelerator, Parameter, reference, SGD, TruePrecision, tensor, useAccelerator } from '@voltaic/core'
import { afterAll, expect, test } from 'vitest'
import { cpu } from '../src/index.ts'

afterAll(() => useAccelerator(reference()))

/** Bits of a bfloat16 weight after a few steps on `accelerator`. */
async function bitsOn(accelerator: Accelerator): Promise<Uint16Array> {
  await useAccelerator(accelerator)
  const numbers = (scale: number) => tensor(Float32Array.from({ length: 1000 }, (_, i) => scale * Math.sin(i + 1)))
  const w = new Parameter(numbers(3).to('bfloat16'))
  const precision = new TruePrecision('bf16-true', { stochasticRounding: true, seed: 3 })
  // Sums and products alone: they are rounded alike everywhere.
  const optimizer = new SGD([w], { lr: 2 ** -7 })
  for (let step = 0; step < 3; step++) {
    w.grad = numbers(1).to('bfloat16')
    await precision.optimizerStep(optimizer, () => null)
  }
  return (await w.data()) as Uint16Array
}

test('the same draws round to the same bits as on the reference', async () => {
  expect(await bitsOn(cpu())).toEqual(await bitsOn(reference()))
})
