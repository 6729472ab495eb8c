import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { readIdx } from '../../src/node/index.ts'
import { tempFiles } from './temp-files.ts'

const write = tempFiles()
const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6)
const tensor = hostTensor(Uint8Array.of(1, 2, 3, 4, 5, 6), [2, 3])

describe('readIdx', () => {
  test('reads a plain file, by path or URL', async () => {
    const path = await write('labels.idx', file)
    expect(await readIdx(path)).toEqual(tensor)
    expect(await readIdx(pathToFileURL(path))).toEqual(tensor)
  })

  test('knows gzip by its content, whatever the name', async () => {
    expect(await readIdx(await write('packed.idx', gzipSync(file)))).toEqual(tensor)
    expect(await readIdx(await write('plain.gz', file))).toEqual(tensor)
  })

  test('reads files of several chunks', async () => {
    const length = 3 * 2 ** 20
    const bytes = new Uint8Array(8 + length).fill(7)
    bytes.set([0, 0, 8, 1, 0, 0x30, 0, 0])
    const { data, shape } = await readIdx(await write('large.idx', gzipSync(bytes)))
    expect(shape).toEqual([length])
    expect(data.every((x) => x === 7)).toBe(true)
  })

  test.each([0, 1, 3, 17])('a file cut after %i bytes is a DataError that names it', async (length) => {
    const path = await write(`cut-${length}.idx`, file.subarray(0, length))
    await expect(readIdx(path)).rejects.toThrow(DataError)
    await expect(readIdx(path)).rejects.toThrow(`readIdx: ${path}: expected`)
  })

  test('compressed data that is cut or changed is a DataError that names it', async () => {
    const packed = gzipSync(file)
    const cut = await write('cut.gz', packed.subarray(0, -6))
    await expect(readIdx(cut)).rejects.toThrow(DataError)
    await expect(readIdx(cut)).rejects.toThrow(`readIdx: ${cut} is truncated or damaged`)

    const changed = await write('changed.gz', packed.with(-8, packed.at(-8)! ^ 1))
    await expect(readIdx(changed)).rejects.toThrow(DataError)
  })

  test('a missing file is the error of the system', async () => {
    await expect(readIdx('/nowhere/x.idx')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
