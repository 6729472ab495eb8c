import { type Accelerator, type DeviceBuffer, reference } from '@voltaic/core'
import { add, cumsum, exp } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { expectError, expectLikeReference, expectNumbers } from '../../src/check/expect.ts'
import { leaf } from '../../src/check/operands.ts'
import type { CaseContext } from '../../src/suite/case.ts'
import { ConformanceFailure } from '../../src/suite/case.ts'
import { formatFailure } from '../../src/suite/format-failure.ts'
import { altered } from '../suite/altered.ts'

/** Adds 1 to the last element of every result of more than `least` elements. */
function wrongInTheLast(least: number): Accelerator {
  return altered((accelerator) => ({
    async compile(graph) {
      const executable = await accelerator.compile(graph)
      const run = async (inputs: readonly DeviceBuffer[], scalars: ArrayBuffer) => {
        const results = await executable.run(inputs, scalars)
        const arrays = await accelerator.download(results)
        return results.map((result, i) => {
          const data = arrays[i]!
          if (data.length >= least) data[data.length - 1]! += 1
          return accelerator.upload(data, result.spec)
        })
      }
      return { ...executable, outputs: executable.outputs, run, dispose: () => executable.dispose() }
    },
  }))
}

async function contextOf(accelerator: Accelerator): Promise<CaseContext> {
  const oracle = reference()
  await accelerator.setup()
  await oracle.setup()
  return { accelerator, reference: oracle, create: () => accelerator, seed: 7, options: {} }
}

async function failureOf(work: Promise<void>): Promise<string> {
  try {
    await work
  } catch (error) {
    return formatFailure(error)
  }
  throw new Error('nothing failed')
}

test('lists and objects are shown by what is in them', () => {
  const [expected, got] = [[1, Number.NaN], { weights: 2, state: 'lost' }]
  expect(formatFailure(new ConformanceFailure('state: differs', { expected, got })).split('\n')).toEqual([
    'state: differs',
    '  expected: [1, NaN]',
    '  got: {"weights":2,"state":"lost"}',
  ])
})

test('a wrong element of an elementwise op is shown alone, with its inputs', async () => {
  const context = await contextOf(wrongInTheLast(1))
  const text = await failureOf(
    expectLikeReference(context, [add(leaf([1, 2, 3]), leaf([10, 20, 30]))], { kind: 'exact' }),
  )
  expect(text.split('\n')).toEqual([
    expect.stringContaining('add: wrong result at []: 34 in the place of 33, off by 1.00'),
    '  op: add(float32[], float32[])',
    '  dtype: float32',
    '  inputs: [3], [30]',
    '  expected: 33',
    '  got: 34',
    expect.stringContaining('  first difference: at []: 34 in the place of 33'),
    '  seed: 7',
  ])
})

test('what fails with many elements alone is shown with them', async () => {
  const context = await contextOf(wrongInTheLast(2))
  const text = await failureOf(expectLikeReference(context, [exp(leaf([0, 0, 0]))], { kind: 'function' }))
  expect(text).toContain('op: exp(float32[3])')
  expect(text).toContain('at [2]: 2 in the place of 1')
  expect(text).toContain('1 of 3 elements differ')
})

test('of what is not elementwise the place is named', async () => {
  const context = await contextOf(wrongInTheLast(1))
  const output = cumsum(leaf([1, 2, 3, 4], [2, 2]), 1)
  const text = await failureOf(
    expectNumbers(context, [{ output, expected: [1, 3, 3, 7], comparison: { kind: 'exact' } }]),
  )
  expect(text).toContain('cumsum: wrong result at [1, 1]: 8 in the place of 7')
})

test('equal numbers pass', async () => {
  const context = await contextOf(reference())
  const output = add(leaf([1, 2]), leaf([3, 4]))
  await expectNumbers(context, [{ output, expected: [4, 6], comparison: { kind: 'exact' } }])
  await expectLikeReference(context, [output], { kind: 'exact' })
})

test.each([
  [() => {}, 'expected AcceleratorError, got no error'],
  [() => Promise.reject(new TypeError('no')), 'expected AcceleratorError, got TypeError: no'],
])('an error that does not come, or is another, is a failure', async (run, message) => {
  await expect(expectError('it', run, { name: 'AcceleratorError' })).rejects.toThrow(message)
})
