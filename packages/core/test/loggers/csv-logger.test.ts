import { expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { CSVLogger } from '../../src/loggers/csv-logger.ts'
import { MemoryFolder } from './memory-folder.ts'

test('a metric that comes later gets a column, empty in the rows before', async () => {
  const folder = new MemoryFolder()
  const logger = new CSVLogger(folder, { flushLogsEveryNSteps: 1 })
  await logger.logMetrics({ loss: 0.5 }, 0)
  await logger.logMetrics({ loss: 0.25 }, 1)
  await logger.logMetrics({ 'val, "best"': 1, accuracy: Number.NaN }, 1)
  await logger.logMetrics({ accuracy: Number.POSITIVE_INFINITY, loss: -0.125 }, 2)
  expect(folder.text('metrics.csv')).toBe(
    'step,loss,"val, ""best""",accuracy\n0,0.5,,\n1,0.25,,\n1,,1,NaN\n2,-0.125,,Infinity\n',
  )
})

test('rows wait in memory for their number, or for save()', async () => {
  const folder = new MemoryFolder()
  const logger = new CSVLogger(folder, { flushLogsEveryNSteps: 3 })
  for (const step of [0, 1, 2]) {
    expect(folder.writes).toBe(0)
    await logger.logMetrics({ loss: step }, step)
  }
  expect(folder.writes).toBe(1)
  await logger.logMetrics({ loss: 3 }, 3)
  await logger.save()
  await logger.finalize()
  expect(folder.writes).toBe(2)
  expect(folder.text('metrics.csv')).toBe('step,loss\n0,0\n1,1\n2,2\n3,3\n')
})

test('without a call awaited, rows still come in their order', async () => {
  const folder = new MemoryFolder()
  const logger = new CSVLogger(folder, { flushLogsEveryNSteps: 1 })
  for (let step = 0; step < 5; step++) void logger.logMetrics({ [`metric${step}`]: step }, step)
  await logger.finalize()
  const [header, ...rows] = folder.text('metrics.csv').trim().split('\n')
  expect(header).toBe('step,metric0,metric1,metric2,metric3,metric4')
  expect(rows).toEqual(['0,0,,,,', '1,,1,,,', '2,,,2,,', '3,,,,3,', '4,,,,,4'])
})

test('a write that fails is thrown, and the next one is tried', async () => {
  const folder = new MemoryFolder()
  const logger = new CSVLogger(folder, { flushLogsEveryNSteps: 1 })
  const { replace } = folder
  folder.replace = () => Promise.reject(new Error('the disk is full'))
  await expect(logger.logMetrics({ loss: 1 }, 0)).rejects.toThrow('the disk is full')
  folder.replace = replace
  await logger.logMetrics({ loss: 2 }, 1)
  expect(folder.text('metrics.csv')).toBe('step,loss\n1,2\n')
})

test('a run that goes on in the same folder adds to the file', async () => {
  const folder = new MemoryFolder()
  const first = new CSVLogger(folder)
  first.logMetrics({ 'val, "best"': 1, loss: 2 }, 0)
  await first.finalize()
  const second = new CSVLogger(folder)
  second.logMetrics({ loss: 3, 'line\nbreak': 4 }, 1)
  await second.save()
  second.logMetrics({ loss: 5 }, 2)
  await second.finalize()
  const third = new CSVLogger(folder)
  third.logMetrics({ loss: 6 }, 3)
  await third.finalize()
  expect(folder.text('metrics.csv')).toBe('step,"val, ""best""",loss,"line\nbreak"\n0,1,2,\n1,,3,4\n2,,5,\n3,,6,\n')
})

test('a file that is no logger’s is left alone', async () => {
  const folder = new MemoryFolder()
  folder.files.set('metrics.csv', new TextEncoder().encode('time,loss\n1,2\n'))
  const logger = new CSVLogger(folder)
  logger.logMetrics({ loss: 1 }, 0)
  await expect(logger.finalize()).rejects.toThrow('whose first column is "time"; log to another folder')
  expect(folder.text('metrics.csv')).toBe('time,loss\n1,2\n')
})

test('hyper-parameters are YAML, and those of several calls are together', async () => {
  const folder = new MemoryFolder()
  const logger = new CSVLogger(folder)
  await logger.logHyperparams({ lr: 0.1, layers: [64, 10], 'odd name': null })
  await logger.logHyperparams({
    lr: 0.2,
    optimizer: { name: 'AdamW', decay: Number.POSITIVE_INFINITY },
    nan: Number.NaN,
  })
  expect(folder.text('hparams.yaml')).toBe(
    'lr: 0.2\nlayers: [64, 10]\n"odd name": null\noptimizer: {"name": "AdamW", "decay": .inf}\nnan: .nan\n',
  )
})

test('what is no metric and no step is refused', async () => {
  const logger = new CSVLogger(new MemoryFolder())
  expect(() => logger.logMetrics({ loss: 1 }, -1)).toThrow(OutOfRangeError)
  expect(() => logger.logMetrics({ loss: 1 }, 0.5)).toThrow(OutOfRangeError)
  expect(() => logger.logMetrics({ loss: 'low' as never }, 0)).toThrow(
    'CSVLogger: a metric is a number, got string for "loss"; await its item()',
  )
  expect(() => logger.logMetrics({ step: 1 }, 0)).toThrow(MisconfigurationError)
  expect(() => new CSVLogger(new MemoryFolder(), { flushLogsEveryNSteps: 0 })).toThrow(OutOfRangeError)
})

test('it is named as its folder is', () => {
  const { name, version } = new CSVLogger(new MemoryFolder())
  expect([name, version]).toEqual(['experiment', 3])
})
