import * as g from '@voltaic/core/graph'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elementwise } from '../../../core/test/support/elementwise.ts'
import { leaf } from '../../../core/test/support/host-tensors.ts'
import { numbers } from '../../../core/test/support/run-values.ts'
import { device, expectLikeReference } from '../support/against-reference.ts'

beforeAll(() => device.setup())
afterAll(() => device.teardown())

/** From −span to span, and the same on a logarithmic scale towards 0. */
function sweep(span: number): number[] {
  const count = 20001
  const linear = Array.from({ length: count }, (_, i) => span * ((2 * i) / (count - 1) - 1))
  const fine = Array.from({ length: 4001 }, (_, i) => 10 ** (i / 100 - 37))
  return [...linear, ...fine, ...fine.map((x) => -x)]
}

// Results are normal numbers on these spans: below them a unit in the last place is a large part of the number.
test.each([
  ['exp', 87],
  ['tanh', 20],
  ['sigmoid', 86],
  ['erf', 6],
] as const)('%s is within four units in the last place', async (name, span) => {
  await expectLikeReference([elementwise(name, leaf(sweep(span)))], 'function')
})

test('log is within four units in the last place, subnormals included', async () => {
  const powers = Array.from({ length: 20001 }, (_, i) => 2 ** (i / 72 - 149))
  await expectLikeReference([g.log(leaf([...powers, 0, -1, Number.POSITIVE_INFINITY, Number.NaN]))], 'function')
})

test('tanh keeps the sign of zero', async () => {
  expect(await numbers(g.tanh(leaf([-0, 0])), device)).toEqual([-0, 0])
})
