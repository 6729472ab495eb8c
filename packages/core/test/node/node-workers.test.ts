import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { DataLoader, type DataLoaderOptions } from '../../src/data/data-loader.ts'
import { DataError, MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { type NodeWorkersOptions, nodeWorkers } from '../../src/node/index.ts'
import { collect } from '../data/collect.ts'
import { startedThreads, typescriptLoader } from '../support/typescript-threads.ts'
import { tempFiles } from './temp-files.ts'
import { dataset as augmented } from './workers/augmented.ts'
import type { Batch, Made } from './workers/made.ts'

const write = tempFiles()

function module(name: string): URL {
  return new URL(`./workers/${name}.ts`, import.meta.url)
}

/** A loader of numbers whose threads may have trouble with sample 5. */
function made(
  { length, trouble }: Made,
  {
    workers,
    ...options
  }: Omit<DataLoaderOptions<number, Batch>, 'workers'> & { readonly workers?: NodeWorkersOptions } = {},
): DataLoader<number, Batch> {
  const dataset = { length, get: (index: number) => index }
  return new DataLoader(dataset, {
    ...options,
    workers: nodeWorkers(module('made'), { data: { length, trouble }, ...workers }),
  })
}

afterEach(() => {
  // A thread that has ended has the id −1.
  expect(
    startedThreads
      .splice(0)
      .map(({ threadId }) => threadId)
      .filter((id) => id !== -1),
  ).toEqual([])
})

describe('threads', () => {
  test('make the batches that one thread makes, in its order', async () => {
    const options = { batchSize: 3, shuffle: true, seed: 11 }
    await using workers = nodeWorkers(module('augmented'), { count: 3, persistent: true })
    const alone = new DataLoader(augmented, options)
    const shared = new DataLoader(augmented, { ...options, workers })
    expect(await collect(shared)).toEqual(await collect(alone))
    expect(await collect(shared.batches(1, 4))).toEqual(await collect(alone.batches(1, 4)))
  })

  test('share the work, and send what a batch holds: of a part of a buffer no more than the part', async () => {
    const batches = await collect(made({ length: 8 }, { batchSize: 2, workers: { count: 2 } }))
    const threads = batches.map(({ thread }) => thread)
    expect(threads).toEqual([threads[0], threads[1], threads[0], threads[1]])
    expect(threads[0]).not.toBe(threads[1])
    expect(batches[1]).toMatchObject({
      samples: [2, 3],
      bytes: Uint8Array.of(9, 9),
      data: new Float32Array(4),
      tensor: hostTensor(new Float32Array(4), [2, 2]),
    })
    expect(batches[1]!.bytes.buffer.byteLength).toBe(2)
  })

  test('make the batches of an iterable source, and let it close what it has open', async () => {
    const log = await write('log', '')
    const numbers = Array.from({ length: 11 }, (_, i) => i)
    await using workers = nodeWorkers(module('stream'), { count: 2, data: log, persistent: true })
    const loader = new DataLoader(new Set(numbers), { batchSize: 2, workers })
    const expected = await collect(new DataLoader(numbers, { batchSize: 2 }))
    for await (const batch of loader) {
      expect(batch).toEqual(expected[0])
      break
    }
    expect(await readFile(log, 'utf8')).toBe('closed\n'.repeat(2))
    expect(await collect(loader)).toEqual(expected)
    expect(await readFile(log, 'utf8')).toBe('closed\n'.repeat(4))
  })

  test('that persist are the same in the next epoch, beside another iteration, and after an early end', async () => {
    const loader = new DataLoader(augmented, { batchSize: 4, shuffle: true })
    await using workers = nodeWorkers(module('augmented'), { count: 2, persistent: true })
    const shared = new DataLoader(augmented, { batchSize: 4, shuffle: true, workers })
    for await (const _ of shared) break
    const [first, second] = await Promise.all([collect(shared.batches(0)), collect(shared.batches(1))])
    expect([first, second]).toEqual([await collect(loader.batches(0)), await collect(loader.batches(1))])
    expect(startedThreads).toHaveLength(2)
    await workers.close()
    expect(startedThreads.map(({ threadId }) => threadId)).toEqual([-1, -1])
    expect(await collect(shared.batches(0))).toEqual(first)
    expect(startedThreads).toHaveLength(4)
  })

  test('of an iteration that is left lying do not keep the process alive', { timeout: 20_000 }, async () => {
    const program = fileURLToPath(module('abandons'))
    const { stdout } = await promisify(execFile)(process.execPath, [typescriptLoader, program], { timeout: 15_000 })
    expect(stdout).toBe('[0,1,2][0,1,2]')
  })
})

describe('an error in a thread', () => {
  test('arrives with its message, the sample and its cause, and ends the threads', async () => {
    const error: unknown = await collect(made({ length: 8, trouble: 'throw' }, { batchSize: 2 })).catch((e) => e)
    expect(error).toBeInstanceOf(DataError)
    expect(error).toMatchObject({
      message: 'DataLoader: sample 5 cannot be loaded in a worker, got RangeError: disk on fire',
      cause: { name: 'RangeError', message: 'disk on fire', cause: { message: 'a short circuit' } },
    })
    expect((error as DataError).cause).toMatchObject({ stack: expect.stringContaining('made.ts') })
  })

  test.each([
    ['exit', 'DataLoader: worker 0 has ended, got exit code 7'],
    ['stray', 'DataLoader: worker 0 failed, got Error: nobody catches this'],
  ] as const)('of the kind "%s" ends the iteration, after the batches before it', async (trouble, message) => {
    const batches = made({ length: 8, trouble }, { batchSize: 4 }).batches(0)
    expect((await batches.next()).value).toMatchObject({ samples: [0, 1, 2, 3] })
    const result = batches.next()
    await expect(result).rejects.toThrow(DataError)
    await expect(result).rejects.toThrow(message)
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  test('leaving the loop ends a thread that is stuck', async () => {
    for await (const { samples } of made({ length: 8, trouble: 'stuck' }, { batchSize: 4 })) {
      expect(samples).toEqual([0, 1, 2, 3])
      break
    }
  })

  test('does not reach the next epoch, though threads persist', async () => {
    await using workers = nodeWorkers(module('made'), { persistent: true, data: { length: 8, trouble: 'exit' } })
    const dataset = { length: 8, get: (index: number) => index }
    const loader = new DataLoader<number, Batch>(dataset, { batchSize: 4, workers })
    await expect(collect(loader)).rejects.toThrow('exit code 7')
    for await (const { samples } of loader) {
      expect(samples).toEqual([0, 1, 2, 3])
      break
    }
  })

  test.each([
    [
      'broken',
      DataError,
      /^nodeWorkers: cannot import file:.*broken.ts in a worker, got Error: this module is broken$/,
    ],
    ['nothing', MisconfigurationError, 'nothing.ts exports no dataset, got number; export a Dataset'],
    ['stream', MisconfigurationError, 'its workers have another dataset, got an iterable for one of 2 samples'],
  ])('of the module %s is told before the first batch', async (name, type, message) => {
    const workers = nodeWorkers(module(name), { data: '' })
    const result = collect(new DataLoader([1, 2], { workers }))
    await expect(result).rejects.toThrow(type)
    await expect(result).rejects.toThrow(message)
  })
})

describe('nodeWorkers', () => {
  test.each([0, -1, 1.5, Number.NaN])('refuses %s threads, or batches ahead', (number) => {
    expect(() => nodeWorkers('x.js', { count: number })).toThrow(OutOfRangeError)
    expect(() => nodeWorkers('x.js', { prefetchFactor: number })).toThrow(OutOfRangeError)
  })

  test('takes a path from the current directory, a URL or the text of one', () => {
    const url = new URL('data.js', `file://${process.cwd()}/`)
    expect([nodeWorkers('data.js'), nodeWorkers(url), nodeWorkers(url.href)].map((workers) => workers.module)).toEqual([
      url.href,
      url.href,
      url.href,
    ])
  })

  test('data that cannot be cloned, and options that Node does not know, are told when threads start', async () => {
    const result = (options: NodeWorkersOptions) =>
      collect(new DataLoader([1], { workers: nodeWorkers(module('made'), options) }))
    await expect(result({ data: () => {} })).rejects.toThrow(MisconfigurationError)
    await expect(result({ execArgv: ['--no-such-option'] })).rejects.toThrow('nodeWorkers: cannot start a thread, got')
  })
})
