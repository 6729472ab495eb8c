import { expect, test } from 'vitest'
import { reference } from '../../../src/accelerator/reference/reference.ts'
import { recording } from '../../../src/graph/record.ts'
import { LSTM } from '../../../src/nn/recurrent/lstm.ts'
import { useAccelerator } from '../../../src/tensor/accelerator-in-use.ts'
import { grad } from '../../../src/tensor/combine.ts'
import { zeros } from '../../../src/tensor/creation.ts'
import { randn } from '../../../src/tensor/random.ts'

test('a hundred steps of an LSTM and their gradient are recorded in less than 10 ms', { timeout: 30_000 }, () => {
  const lstm = new LSTM(32, 64)
  const x = zeros([100, 16, 32])
  const record = () => grad(lstm.forward(x)[0].square().mean(), lstm.parameters())
  record()
  const { nodes } = recording
  record()
  expect(recording.nodes - nodes).toBeLessThan(700)

  // The best of many rounds: the first ones are compiled as they run, and others may share the machine.
  let best = Number.POSITIVE_INFINITY
  const patience = performance.now() + 10_000
  while (best > 10 && performance.now() < patience) {
    const started = performance.now()
    record()
    best = Math.min(best, performance.now() - started)
  }
  expect(best).toBeLessThan(10)
})

test('a run of other numbers and other lengths compiles nothing', async () => {
  const accelerator = reference()
  await useAccelerator(accelerator)
  const lstm = new LSTM(3, 4, { numLayers: 2, bidirectional: true, dropout: 0.5 })
  const run = async (lengths: readonly number[]) => {
    const [y, [h]] = lstm.forward(randn([5, 2, 3]), null, { lengths })
    const gradients = grad([y.sum().add(h.sum())], lstm.parameters())
    const sums = gradients.map((gradient) => gradient!.sum())
    await sums.reduce((total, sum) => total.add(sum), y.sum()).item()
    return accelerator.stats().compiles
  }
  const first = await run([5, 2])
  expect(await run([1, 4])).toBe(first)
})
