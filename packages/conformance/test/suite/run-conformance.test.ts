import { reference } from '@voltaic/core'
import { describe, expect, test } from 'vitest'
import { type ConformanceCase, ConformanceFailure } from '../../src/suite/case.ts'
import { passes, type Report } from '../../src/suite/report.ts'
import { type RunConformanceOptions, runConformance } from '../../src/suite/run-conformance.ts'
import { altered, lacking } from './altered.ts'

function fake(id: string, more: Partial<ConformanceCase> = {}): ConformanceCase {
  return { id, layer: 2, requires: {}, run: async () => {}, ...more }
}

const failing = async () => {
  throw new ConformanceFailure('add: wrong result', { op: 'add', shapes: ['float32[2]'], expected: 1, got: 2 })
}

const onDouble = { ops: [['add', 'float64']], dtypes: ['float64'] } as const

function outcomes({ cases }: Report): Record<string, string> {
  return Object.fromEntries(cases.map(({ id, status }) => [id, status]))
}

async function run(suite: readonly ConformanceCase[], options: RunConformanceOptions = {}): Promise<Report> {
  return runConformance(reference, { suite, ...options })
}

test('a report says what ran where, with which seed, and what came of each case', async () => {
  const report = await run([fake('a/one'), fake('a/two', { run: failing })], { seed: 7, environment: 'here' })
  expect(report).toMatchObject({
    accelerator: 'reference',
    device: 'JavaScript',
    environment: 'here',
    suiteVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    seed: 7,
    cases: [
      { id: 'a/one', layer: 2, profile: 'core-f32', status: 'pass', reason: '', ms: expect.any(Number) },
      { id: 'a/two', status: 'fail', reason: expect.stringContaining('add: wrong result') },
    ],
  })
  expect(passes(report)).toBe(false)
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
})

test('cases run on an accelerator that is set up, with the seed of the run and the options of its cases', async () => {
  const trainer = <T>(options: T) => options
  const seen: unknown[] = []
  const one = fake('a', {
    run: async ({ accelerator, reference: oracle, create, seed, options }) => {
      await accelerator.synchronize()
      await oracle.synchronize()
      seen.push(seed, options.trainer, create() !== accelerator)
    },
  })
  await run([one], { seed: 5, caseOptions: { trainer } })
  expect(seen).toEqual([5, trainer, true])
})

test('what is run can be named by ids, their beginnings and patterns', async () => {
  const suite = ['ops/add/float32/values', 'ops/add/float64/values', 'ops/addition', 'loop/a'].map((id) => fake(id))
  const ran = async (...cases: string[]) => Object.keys(outcomes(await run(suite, { cases })))
  expect(await ran('ops/add')).toEqual(['ops/add/float32/values', 'ops/add/float64/values'])
  expect(await ran('loop/a')).toEqual(['loop/a'])
  expect(await ran('ops/*/float32/*', 'loop')).toEqual(['ops/add/float32/values', 'loop/a'])
  await expect(ran('ops/sub')).rejects.toThrow('cases: nothing to run, got ops/sub')
})

describe('of what is not declared', () => {
  const suite = [fake('one', { requires: onDouble }), fake('two')]

  test('a case is unsupported, and says what is missing', async () => {
    const report = await runConformance(() => lacking((_, dtype) => dtype === 'float64'), { suite })
    expect(outcomes(report)).toEqual({ one: 'unsupported', two: 'pass' })
    expect(report.cases[0]!.reason).toBe('not declared: float64, add on float64')
    expect(report.profiles).toEqual(['core-f32', 'mixed-f16', 'mixed-bf16', 'true-half'])
    expect(passes(report)).toBe(true)
  })

  test('a case fails where a profile that is claimed promises it', async () => {
    const report = await runConformance(() => lacking((op, dtype) => op === 'add' && dtype === 'float64'), { suite })
    expect(report.profiles).toContain('double')
    expect(outcomes(report)).toEqual({ one: 'fail', two: 'pass' })
    expect(report.cases[0]!.reason).toBe('double promises what is not declared: add on float64')
  })

  test('a case fails where its profile is asked for by name', async () => {
    const without = () => lacking((_, dtype) => dtype === 'float64')
    const report = await runConformance(without, { suite, profiles: ['double'] })
    expect(outcomes(report)).toEqual({ one: 'fail' })
  })

  test('numerics are no promise of a profile', async () => {
    const numerics = { nonFinite: 'bits-only', subnormals: 'flush' } as const
    const hard = [fake('nan', { requires: { numerics: { nonFinite: 'ieee' } } }), fake('two')]
    const report = await runConformance(() => lacking(() => false, { numerics }), { suite: hard })
    expect(outcomes(report)).toEqual({ nan: 'unsupported', two: 'pass' })
    expect(report.cases[0]!.reason).toBe("not declared: numerics.nonFinite is 'bits-only'")
  })
})

test('without a device every case is unavailable, with the reason, and the run has not passed', async () => {
  const create = () =>
    altered(() => ({ isAvailable: async () => ({ available: false, reason: 'no GPU', remedy: 'buy one' }) }))
  const report = await runConformance(create, { suite: [fake('one'), fake('two', { run: failing })] })
  expect(report.cases.map(({ status, reason }) => [status, reason])).toEqual([
    ['unavailable', 'no GPU; buy one'],
    ['unavailable', 'no GPU; buy one'],
  ])
  expect(passes(report)).toBe(false)
})

describe('a known failure', () => {
  const known = { id: 'two', error: 'add: wrong', reason: 'the driver adds wrongly', link: 'https://example.org/1' }
  const suite = [fake('one'), fake('two', { run: failing })]

  test('passes when the case fails for the known reason', async () => {
    const { cases } = await run(suite, { knownFailures: [known] })
    expect(cases[1]).toMatchObject({
      status: 'pass',
      reason: 'known failure: the driver adds wrongly (https://example.org/1)',
    })
  })

  test('fails when the case fails for another reason', async () => {
    const { cases } = await run(suite, { knownFailures: [{ ...known, error: 'out of memory' }] })
    expect(cases[1]).toMatchObject({ status: 'fail', reason: expect.stringContaining('not for the known reason') })
  })

  test('fails when the case passes', async () => {
    const { cases } = await run(suite, { knownFailures: [{ ...known, id: 'one' }] })
    expect(cases[0]).toMatchObject({ status: 'fail', reason: expect.stringContaining('take it off the list') })
  })

  test.each([
    [{ ...known, reason: '' }, 'each has an error, a reason and a link'],
    [{ ...known, link: ' ' }, 'each has an error, a reason and a link'],
    [{ ...known, id: 'three' }, 'there is no such case, got three'],
  ])('is refused when it is incomplete or names nothing', async (one, message) => {
    await expect(run(suite, { knownFailures: [one] })).rejects.toThrow(message)
  })

  test('is refused when it is named twice', async () => {
    await expect(run(suite, { knownFailures: [known, known] })).rejects.toThrow('got two twice')
  })
})

test('a case that does not end has failed', async () => {
  const { cases } = await run([fake('a', { run: () => new Promise(() => {}) }), fake('b')], { timeout: 20 })
  expect(cases.map(({ status }) => status)).toEqual(['fail', 'pass'])
  expect(cases[0]!.reason).toBe('Error: no result within 20 ms')
})

test('a sample holds all of core-f32 and the drawn part of the rest, the same for the same seed', async () => {
  const suite = Array.from({ length: 200 }, (_, i) => fake(`c/${i}`, i < 20 ? {} : { requires: onDouble }))
  const ran = async (seed: number) => Object.keys(outcomes(await run(suite, { sample: 0.2, seed })))
  const drawn = await ran(3)
  expect(drawn.slice(0, 20)).toEqual(suite.slice(0, 20).map(({ id }) => id))
  expect(drawn.length).toBeGreaterThan(35)
  expect(drawn.length).toBeLessThan(80)
  expect(await ran(3)).toEqual(drawn)
  expect(await ran(4)).not.toEqual(drawn)
})

test('a run goes on with the results of an earlier one', async () => {
  let runs = 0
  const suite = ['one', 'two'].map((id) => fake(id, { run: async () => void runs++ }))
  const first = await run(suite, { seed: 9, cases: ['one'] })
  const progress: string[] = []
  const report = await run(suite, {
    seed: 9,
    completed: first.cases,
    onResult: ({ id }, { done, total }) => progress.push(`${id} ${done}/${total}`),
  })
  expect(runs).toBe(2)
  expect(outcomes(report)).toEqual({ one: 'pass', two: 'pass' })
  expect(progress).toEqual(['one 1/2', 'two 2/2'])
})

test('a profile that there is not is refused', async () => {
  await expect(run([fake('a')], { profiles: ['int8' as 'double'] })).rejects.toThrow('no such profile, got int8')
})
