import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshSeed } from '../../core/test/support/fresh-seed.ts'
import { numbersOf, SeededTensors } from '../../core/test/support/host-tensors.ts'
import { runValues } from '../../core/test/support/run-values.ts'
import { device } from './support/against-reference.ts'
import { RandomGraph } from './support/random-graph.ts'

beforeAll(() => device.setup())
afterAll(() => device.teardown())

const seed = freshSeed()

test.each(Array.from({ length: 60 }, (_, i) => seed + i))('graph %i gives what the reference gives', async (seed) => {
  const graph = new RandomGraph(new SeededTensors(seed))
  const outputs = graph.outputs()
  const expected = (await runValues(outputs)).map(numbersOf)
  const actual = (await runValues(outputs, device)).map(numbersOf)
  for (const [i, output] of outputs.entries()) {
    const tolerance = graph.errorOf(output)
    const wrong = actual[i]!.flatMap((x, at) => {
      const y = expected[i]![at]!
      return Math.abs(x - y) <= tolerance ? [] : [`[${at}] ${x} is not ${y}`]
    })
    expect(wrong, `output ${i}, ${output.node.op.name}`).toEqual([])
  }
})
