import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CSVLogger } from '../../src/loggers/csv-logger.ts'
import { JSONLLogger } from '../../src/loggers/jsonl-logger.ts'
import { TensorBoardLogger } from '../../src/loggers/tensorboard/tensorboard-logger.ts'
import { logFolder } from '../../src/node/log-folder.ts'
import { tempFolder } from './temp-files.ts'

const folder = tempFolder()

test('loggers share a folder, and each run has its own', async () => {
  const saveDir = join(folder(), 'runs')
  const first = logFolder(saveDir)
  const loggers = [new CSVLogger(first), new JSONLLogger(first), new TensorBoardLogger(first)]
  for (const logger of loggers) {
    await logger.logHyperparams({ lr: 0.1 })
    await logger.logMetrics({ loss: 1 }, 0)
    await logger.logMetrics({ accuracy: 1 }, 1)
    await logger.finalize('success')
  }
  expect(first.path).toBe(join(saveDir, 'voltaic_logs', 'version_0'))
  const files = await readdir(first.path)
  expect(files.toSorted().map((file) => file.replace(/tfevents.*/, 'tfevents'))).toEqual([
    'events.out.tfevents',
    'hparams.yaml',
    'metrics.csv',
    'metrics.jsonl',
  ])
  expect(await readFile(join(first.path, 'metrics.csv'), 'utf8')).toBe('step,loss,accuracy\n0,1,\n1,,1\n')
  expect(logFolder(saveDir).version).toBe(1)
})

test('the version is beyond all that are there, or the one that is asked for', async () => {
  const saveDir = join(folder(), 'versions')
  await mkdir(join(saveDir, 'mnist', 'version_9'), { recursive: true })
  await mkdir(join(saveDir, 'mnist', 'version_x'), { recursive: true })
  expect(logFolder(saveDir, { name: 'mnist' }).version).toBe(10)
  expect(logFolder(saveDir, { name: 'mnist', version: 'tuned' }).path).toBe(join(saveDir, 'mnist', 'tuned'))
  expect(await readdir(join(saveDir, 'mnist'))).toHaveLength(2)
})

test('a file grows, is replaced, and may be missing', async () => {
  const { append, replace, read } = logFolder(join(folder(), 'single'))
  expect(await read('a')).toBeNull()
  await append('a', Uint8Array.of(1))
  await append('a', Uint8Array.of(2))
  expect([...(await read('a'))!]).toEqual([1, 2])
  await replace('a', Uint8Array.of(3))
  expect([...(await read('a'))!]).toEqual([3])
})
