import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { isPrecision, precisionPlugin } from '../../src/precision/precision.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'

test.for(['32-true', 32] as const)('%s is full precision', (name) => {
  expect(precisionPlugin(name)).toBeInstanceOf(FullPrecision)
})

test.for([
  [16, '16-mixed', 'float16'],
  ['16-mixed', '16-mixed', 'float16'],
  ['bf16', 'bf16-mixed', 'bfloat16'],
  ['bf16-mixed', 'bf16-mixed', 'bfloat16'],
  ['16-true', '16-true', 'float16'],
  ['bf16-true', 'bf16-true', 'bfloat16'],
  [64, '64-true', 'float64'],
  ['64-true', '64-true', 'float64'],
] as const)('%s names a plugin', ([name, precision, dtype]) => {
  expect(precisionPlugin(name)).toMatchObject({ precision, dtype })
})

test('a plugin is used as it is', () => {
  const plugin = new FullPrecision()
  expect(precisionPlugin(plugin)).toBe(plugin)
})

test.for(['16', 8, 'full', null])('%o is refused', (name) => {
  expect(isPrecision(name)).toBe(false)
  expect(() => precisionPlugin(name as never)).toThrow(MisconfigurationError)
  expect(() => precisionPlugin(name as never)).toThrow(`precision: no such precision, got ${JSON.stringify(name)}`)
})

test.for([
  ['norm', 1, [0.6, 0.8]],
  ['norm', 0, [3, 4]],
  ['value', 1, [1, 1]],
  ['value', -1, [3, 4]],
] as const)('full precision clips by %s to %d', async ([algorithm, limit, expected]) => {
  const x = new Parameter(tensor([0, 0], { dtype: 'float64' }))
  x.mul(tensor([3, 4], { dtype: 'float64' }))
    .sum()
    .backward()
  new FullPrecision().clipGradients(new SGD([x]), limit, algorithm)
  const gradient = Array.from(await x.grad!.data())
  for (const [i, value] of expected.entries()) expect(gradient[i]).toBeCloseTo(value, 6)
})

test('full precision leaves loss, batch and state alone', () => {
  const plugin = new FullPrecision()
  const loss = tensor(1)
  const batch = { loss }
  expect(plugin.preBackward(loss)).toBe(loss)
  expect(plugin.postBackward(loss)).toBe(loss)
  expect(plugin.convertInput(batch)).toBe(batch)
  expect(plugin.forwardContext(() => 42)).toBe(42)
  expect(plugin.stateDict()).toEqual({})
})
