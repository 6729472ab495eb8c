import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { JSONLLogger } from '../../src/loggers/jsonl-logger.ts'
import { MemoryFolder } from './memory-folder.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_500 }))
afterEach(() => void vi.useRealTimers())

test('a line for each set of metrics, with what JSON has no word for as text', async () => {
  const folder = new MemoryFolder()
  const logger = new JSONLLogger(folder)
  logger.logHyperparams({ lr: 0.1, net: { layers: 2 } })
  logger.logMetrics({ loss: 0.5 }, 0)
  vi.advanceTimersByTime(1000)
  logger.logMetrics({ loss: Number.NaN, accuracy: Number.NEGATIVE_INFINITY }, 10)
  await logger.finalize()
  expect(
    folder
      .text('metrics.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { time: 1_700_000_000.5, hyperparameters: { lr: 0.1, net: { layers: 2 } } },
    { time: 1_700_000_000.5, step: 0, metrics: { loss: 0.5 } },
    { time: 1_700_000_001.5, step: 10, metrics: { loss: 'NaN', accuracy: '-Infinity' } },
  ])
})

test('lines wait in memory until some seconds have passed', async () => {
  const folder = new MemoryFolder()
  const logger = new JSONLLogger(folder, { file: 'other.jsonl', flushSeconds: 2 })
  expect(logger.logMetrics({ loss: 1 }, 0)).toBeUndefined()
  vi.advanceTimersByTime(1999)
  expect(logger.logMetrics({ loss: 1 }, 1)).toBeUndefined()
  expect(folder.files.size).toBe(0)
  vi.advanceTimersByTime(1)
  await logger.logMetrics({ loss: 1 }, 2)
  expect(folder.text('other.jsonl').split('\n')).toHaveLength(4)
})
