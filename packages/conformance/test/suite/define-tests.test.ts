import { reference } from '@voltaic/core'
import { expect, test } from 'vitest'
import type { ConformanceCase } from '../../src/suite/case.ts'
import { defineConformanceTests, type TestContext, type TestFunctions } from '../../src/suite/define-tests.ts'
import type { ConformanceOptions } from '../../src/suite/session.ts'
import { altered, lacking } from './altered.ts'

interface Defined {
  readonly name: string
  readonly run: (context: TestContext) => Promise<void>
}

/** A test runner that only notes what it is given. */
function noted(create: Parameters<typeof defineConformanceTests>[1], options: ConformanceOptions) {
  const [groups, tests, before]: [string[], Defined[], (() => Promise<void>)[]] = [[], [], []]
  const functions: TestFunctions = {
    describe: (name, define) => {
      groups.push(name)
      define()
    },
    test: (name, run) => void tests.push({ name, run }),
    beforeAll: (run) => void before.push(run),
    afterAll: () => {},
  }
  defineConformanceTests(functions, create, options)
  const skipped: string[] = []
  const runAll = async () => {
    for (const run of before) await run()
    for (const { run } of tests) await run({ skip: (reason) => void skipped.push(reason) })
    return skipped
  }
  return { groups, tests, runAll }
}

const suite: ConformanceCase[] = [
  { id: 'data/a', layer: 1, requires: {}, run: async () => {} },
  { id: 'ops/b', layer: 2, requires: { dtypes: ['float64'] }, run: async () => {} },
]

test('each case is a test, in the group of its layer, below a name with the seed', async () => {
  const { groups, tests, runAll } = noted(reference, { suite, seed: 7 })
  expect(groups).toEqual([expect.stringMatching(/^conformance of reference: core-f32, .*; seed 7$/), 'data', 'ops'])
  expect(tests.map(({ name }) => name)).toEqual(['data/a', 'ops/b'])
  expect(await runAll()).toEqual([])
})

test('a failure names the command that repeats it', async () => {
  const failing = { ...suite[0]!, run: () => Promise.reject(new Error('it broke')) }
  const { runAll } = noted(reference, { suite: [failing], seed: 7 })
  await expect(runAll()).rejects.toThrow('it broke\n  again: npx voltaic-conformance <module> --case data/a --seed 7')
})

test('what is not declared is one test, skipped with the reason', async () => {
  const { tests, runAll } = noted(() => lacking((_, dtype) => dtype === 'float64'), { suite, seed: 7 })
  expect(tests.map(({ name }) => name)).toEqual(['data/a', '1 case needs what is not declared'])
  expect(await runAll()).toEqual(['not declared: float64'])
})

test('without a device all is skipped, with the reason', async () => {
  const isAvailable = async () => ({ available: false, reason: 'no GPU', remedy: 'buy one' }) as const
  const { runAll } = noted(() => altered(() => ({ isAvailable })), { suite, seed: 7 })
  expect(await runAll()).toEqual(['no GPU; buy one', 'no GPU; buy one'])
})
