import * as g from '@voltaic/core/graph'
import { sameShape, type Value } from '@voltaic/core/graph'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leafOf, numbersOf, SeededTensors } from '../../core/test/support/host-tensors.ts'
import { runValues } from '../../core/test/support/run-values.ts'
import { device } from './support/against-reference.ts'

beforeAll(() => device.setup())
afterAll(() => device.teardown())

test.each(Array.from({ length: 60 }, (_, seed) => seed))('graph %i gives what the reference gives', async (seed) => {
  const outputs = randomGraph(new SeededTensors(seed))
  const expected = await runValues(outputs)
  const actual = await runValues(outputs, device)
  for (const [i, output] of actual.entries()) {
    const numbers = numbersOf(expected[i]!)
    for (const [at, x] of numbersOf(output).entries()) {
      expect(Math.abs(x - numbers[at]!), `output ${i}[${at}]`).toBeLessThanOrEqual(
        2e-4 * Math.max(1, Math.abs(numbers[at]!)),
      )
    }
  }
})

/** Some thirty nodes that read one another, of values that stay small. */
function randomGraph(random: SeededTensors): Value[] {
  const shapes = [[6, 6], [6], [6, 1], [2, 6, 6], []] as const
  const values: Value[] = shapes.map((shape) => leafOf(random.tensor('float32', shape)))
  const any = () => random.choose(values)
  const matrices = () => values.filter((x) => sameShape(x.spec.shape, [6, 6]))
  const bounded = (x: Value) => g.tanh(x)
  const rank = (least: number) => values.filter((x) => x.spec.rank >= least)
  const steps: readonly (() => Value)[] = [
    () => g.add(any(), any()),
    () => g.mul(any(), any()),
    () => g.sub(any(), any()),
    () => bounded(any()),
    () => g.where(g.less(any(), g.literal(0.25, 'float32')), any(), any()),
    () => g.maximum(any(), g.literal(-0.5, 'float32')),
    () => bounded(g.sum(random.choose(rank(2)), [1], true)),
    () => g.max(random.choose(rank(1)), [0]),
    () => bounded(g.sum(random.choose(rank(2)), [0])),
    () => g.permute(random.choose(matrices()), [1, 0]),
    () => g.flip(random.choose(matrices()), [0]),
    () => g.reshape(g.neg(g.reshape(g.permute(random.choose(matrices()), [1, 0]), [36])), [6, 6]),
    () => g.reshape(random.choose(matrices()), [1, 6, 6]),
    () => g.broadcastTo(random.choose([values[1]!, values[2]!]), [6, 6]),
    () => bounded(g.matmul(random.choose(matrices()), random.choose(matrices()))),
    () => g.indexSelect(random.choose(matrices()), leafOf(random.indices([6], 6)), 0),
    () => bounded(g.cumsum(random.choose(matrices()), 0)),
    () => bounded(g.atan2(random.choose(matrices()), any())),
  ]
  for (let i = 0; i < 30; i++) {
    const made = random.choose(steps)()
    if (made.spec.size <= 300) values.push(made)
  }
  return values
    .slice(shapes.length)
    .filter(() => random.number() < 0.3)
    .concat(values.at(-1)!)
}
