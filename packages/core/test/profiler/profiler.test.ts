import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import type { TraceEvent } from '../../src/profiler/chrome-trace.ts'
import { Profiler, type TimedAction } from '../../src/profiler/profiler.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('actions add up by name, also those that throw', () => {
  const profiler = new Profiler()
  const work = (ms: number) => () => {
    vi.advanceTimersByTime(ms)
    if (ms === 7) throw new Error('seven')
    return ms
  }
  expect(profiler.profile('a', work(2))).toBe(2)
  profiler.profile('a', work(3))
  expect(() => profiler.profile('a', work(7))).toThrow('seven')
  profiler.profile('b', work(20), 'hook')
  profiler.profile('a', work(1), 'hook')
  expect(profiler.summary()).toEqual([
    { name: 'b', kind: 'hook', count: 1, total: 20, longest: 20 },
    { name: 'a', kind: 'action', count: 3, total: 12, longest: 7 },
    { name: 'a', kind: 'hook', count: 1, total: 1, longest: 1 },
  ])
  expect(profiler.describe().split('\n').slice(2)).toEqual([
    'b       hook        1    20.000   20.000      20.000',
    'a       action      3    12.000    4.000       7.000',
    'a       hook        1     1.000    1.000       1.000',
  ])
  profiler.reset()
  expect(profiler.summary()).toEqual([])
})

test('of a promise it is the time until it settles, whichever way', async () => {
  const profiler = new Profiler()
  const later = (ms: number, outcome: () => number) =>
    new Promise<number>((resolve, reject) => {
      setTimeout(() => {
        try {
          resolve(outcome())
        } catch (error) {
          reject(error as Error)
        }
      }, ms)
    })
  const kept = profiler.profile('kept', () => later(5, () => 42))
  const broken = profiler.profile('broken', () =>
    later(9, () => {
      throw new Error('broken')
    }),
  )
  const caught = expect(broken).rejects.toThrow('broken')
  await vi.advanceTimersByTimeAsync(10)
  expect(await kept).toBe(42)
  await caught
  expect(profiler.summary().map(({ name, total }) => [name, total])).toEqual([
    ['broken', 9],
    ['kept', 5],
  ])
})

describe('the trace', () => {
  const action = (name: string, startedAt: number, duration: number, kind: TimedAction['kind'] = 'hook') => ({
    name,
    kind,
    startedAt,
    duration,
  })

  test('begins with the first action, in microseconds, and each kind has a row', () => {
    const profiler = new Profiler()
    profiler.record(action('inner', 1002, 1))
    profiler.record(action('outer', 1000, 5))
    profiler.record(action('run', 1001, 3, 'executable'))
    expect(JSON.parse(JSON.stringify(profiler.chromeTrace()))).toEqual({
      displayTimeUnit: 'ms',
      traceEvents: [
        { ph: 'M', name: 'process_name', pid: 1, tid: 0, args: { name: 'voltaic' } },
        { ph: 'M', name: 'thread_name', pid: 1, tid: 1, args: { name: 'hooks' } },
        { ph: 'M', name: 'thread_name', pid: 1, tid: 2, args: { name: 'executables' } },
        { ph: 'X', name: 'outer', cat: 'hook', pid: 1, tid: 1, ts: 0, dur: 5000 },
        { ph: 'X', name: 'run', cat: 'executable', pid: 1, tid: 2, ts: 1000, dur: 3000 },
        { ph: 'X', name: 'inner', cat: 'hook', pid: 1, tid: 1, ts: 2000, dur: 1000 },
      ],
    })
  })

  test('has another row for what overlaps and is not inside', () => {
    const profiler = new Profiler()
    profiler.record(action('first', 0, 4))
    profiler.record(action('crossing', 2, 4))
    profiler.record(action('after', 6, 1))
    const { traceEvents } = profiler.chromeTrace()
    const rows = traceEvents
      .filter((event): event is TraceEvent => event.ph === 'X')
      .map(({ name, tid }) => [name, tid])
    expect(rows).toEqual([
      ['first', 1],
      ['crossing', 2],
      ['after', 1],
    ])
    expect(traceEvents.flatMap((event) => (event.ph === 'M' ? [event.args.name] : []))).toEqual([
      'voltaic',
      'hooks',
      'hooks 2',
    ])
  })

  test('keeps so many actions, and the sums go on', () => {
    const profiler = new Profiler({ maxActions: 1 })
    profiler.record(action('a', 0, 1))
    profiler.record(action('a', 1, 1))
    expect(profiler.chromeTrace().traceEvents.filter(({ ph }) => ph === 'X')).toHaveLength(1)
    expect(profiler.summary()[0]!.count).toBe(2)
    expect(() => new Profiler({ maxActions: -1 })).toThrow(OutOfRangeError)
  })

  test('of nothing is empty', () => {
    expect(new Profiler().chromeTrace().traceEvents).toHaveLength(1)
  })
})
