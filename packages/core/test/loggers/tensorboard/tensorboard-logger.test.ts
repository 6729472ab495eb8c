import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OutOfRangeError } from '../../../src/errors/errors.ts'
import { TensorBoardLogger } from '../../../src/loggers/tensorboard/tensorboard-logger.ts'
import { maskedCrc32c } from '../../../src/loggers/tensorboard/tf-record.ts'
import { tensor } from '../../../src/tensor/creation.ts'
import { MemoryFolder } from '../memory-folder.ts'
import { decode, recordsOf } from './schema.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

function eventsIn(folder: MemoryFolder): Record<string, unknown>[] {
  expect(folder.files.size).toBe(1)
  const [[name, file]] = [...folder.files] as [[string, Uint8Array]]
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\.voltaic\.[0-9a-f]{8}$/)
  return recordsOf(file).map(({ data, sum, lengthSum }) => {
    const length = new Uint8Array(BigUint64Array.of(BigInt(data.length)).buffer)
    expect([lengthSum, sum]).toEqual([maskedCrc32c(length), maskedCrc32c(data)])
    return decode('Event', data)
  })
}

test('metrics are scalars, behind the version of the file', async () => {
  const folder = new MemoryFolder()
  const logger = new TensorBoardLogger(folder)
  logger.logMetrics({ 'train/loss': 0.5, accuracy: Number.NaN }, 0)
  vi.advanceTimersByTime(250)
  logger.logMetrics({ 'train/loss': -1e-20 }, 2 ** 40 + 5)
  await logger.finalize('success')
  expect(eventsIn(folder)).toEqual([
    { wall_time: 1_700_000_000, file_version: 'brain.Event:2', what: 'file_version' },
    {
      wall_time: 1_700_000_000,
      step: 0,
      what: 'summary',
      summary: {
        value: [
          { tag: 'train/loss', simple_value: 0.5, value: 'simple_value' },
          { tag: 'accuracy', simple_value: Number.NaN, value: 'simple_value' },
        ],
      },
    },
    {
      wall_time: 1_700_000_000.25,
      step: 2 ** 40 + 5,
      what: 'summary',
      summary: { value: [{ tag: 'train/loss', simple_value: Math.fround(-1e-20), value: 'simple_value' }] },
    },
  ])
})

test('a tensor, or numbers, become a histogram', async () => {
  const folder = new MemoryFolder()
  const logger = new TensorBoardLogger(folder)
  const histo = {
    min: -1,
    max: 3,
    num: 4,
    sum: 4,
    sum_squares: 14,
    bucket_limit: [1, 3],
    bucket: [2, 2],
  }
  await logger.logHistogram('weights', tensor([-1, 0, 2, 3]), 7, { bins: 2 })
  await logger.logHistogram('weights', tensor([-1, 0, 2, 3], { dtype: 'bfloat16' }), 8, { bins: 2 })
  await logger.logHistogram('weights', [-1, 0, 2, 3], 9, { bins: 2 })
  await logger.save()
  expect(eventsIn(folder).slice(1)).toEqual(
    [7, 8, 9].map((step) => ({
      wall_time: 1_700_000_000,
      step,
      what: 'summary',
      summary: { value: [{ tag: 'weights', histo, value: 'histo' }] },
    })),
  )
})

test('a text is a tensor of one string', async () => {
  const folder = new MemoryFolder()
  const logger = new TensorBoardLogger(folder)
  logger.logText('note', '# naïve ☃', 4)
  await logger.save()
  const [, event] = eventsIn(folder)
  expect(event!.summary).toEqual({
    value: [
      {
        tag: 'note',
        value: 'tensor',
        metadata: { plugin_data: { plugin_name: 'text', content: [] } },
        tensor: {
          dtype: 'DT_STRING',
          tensor_shape: { dim: [{ size: 1 }] },
          string_val: [[...new TextEncoder().encode('# naïve ☃')]],
        },
      },
    ],
  })
})

test('hyper-parameters are an experiment, a session that starts, and one that ends', async () => {
  const folder = new MemoryFolder()
  const logger = new TensorBoardLogger(folder)
  logger.logHyperparams({ lr: 0.1, net: { norm: true, act: 'relu' }, sizes: [1, 2] }, { val_loss: 3 })
  vi.advanceTimersByTime(2000)
  await logger.finalize('failed')
  const summaries = eventsIn(folder)
    .slice(1)
    .map(
      ({ summary }) =>
        (summary as { value: { tag: string; metadata?: { plugin_data: { content: number[] } } }[] }).value,
    )
  const read = summaries
    .flat()
    .map(({ tag, metadata }) => [
      tag,
      metadata && decode('HParamsPluginData', Uint8Array.from(metadata.plugin_data.content)),
    ])
  expect(read).toEqual([
    [
      '_hparams_/experiment',
      {
        version: 0,
        data: 'experiment',
        experiment: {
          hparam_infos: [
            { name: 'lr', type: 'DATA_TYPE_FLOAT64' },
            { name: 'net/norm', type: 'DATA_TYPE_BOOL' },
            { name: 'net/act', type: 'DATA_TYPE_STRING' },
            { name: 'sizes', type: 'DATA_TYPE_STRING' },
          ],
          metric_infos: [{ name: { tag: 'val_loss' } }],
        },
      },
    ],
    [
      '_hparams_/session_start_info',
      {
        version: 0,
        data: 'session_start_info',
        session_start_info: {
          hparams: {
            lr: { kind: 'number_value', number_value: 0.1 },
            'net/norm': { kind: 'bool_value', bool_value: true },
            'net/act': { kind: 'string_value', string_value: 'relu' },
            sizes: { kind: 'string_value', string_value: '[1,2]' },
          },
          start_time_secs: 1_700_000_000,
        },
      },
    ],
    ['val_loss', undefined],
    [
      '_hparams_/session_end_info',
      {
        version: 0,
        data: 'session_end_info',
        session_end_info: { status: 'STATUS_FAILURE', end_time_secs: 1_700_000_002 },
      },
    ],
  ])
})

test('a run without events leaves no file', async () => {
  const folder = new MemoryFolder()
  const logger = new TensorBoardLogger(folder)
  await logger.save()
  await logger.finalize('success')
  expect(folder.files.size).toBe(0)
})

test('what is no step and no number of bins is refused', async () => {
  const logger = new TensorBoardLogger(new MemoryFolder())
  expect(() => logger.logMetrics({ loss: 1 }, -1)).toThrow(OutOfRangeError)
  expect(() => logger.logText('a', 'b', 1.5)).toThrow(OutOfRangeError)
  await expect(logger.logHistogram('w', [1], 0, { bins: 0 })).rejects.toThrow(OutOfRangeError)
})
