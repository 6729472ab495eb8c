import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../src/errors/errors.ts'
import { readText } from '../../src/node/index.ts'
import { tempFiles } from './temp-files.ts'

const write = tempFiles()

describe('readText', () => {
  test('reads UTF-8, by path or URL', async () => {
    const path = await write('poem.txt', 'Grüße, 🌍\r\n')
    expect(await readText(path)).toBe('Grüße, 🌍\r\n')
    expect(await readText(pathToFileURL(path))).toBe('Grüße, 🌍\r\n')
  })

  test('reads characters that lie across two chunks', async () => {
    const text = `${'x'.repeat(2 ** 20 - 1)}ü${'y'.repeat(10)}`
    expect(await readText(await write('long.txt', text))).toBe(text)
  })

  test('leaves out a byte order mark', async () => {
    expect(await readText(await write('bom.txt', '\ufeffa\ufeffb'))).toBe('a\ufeffb')
  })

  test('decompresses gzip, whatever the name', async () => {
    expect(await readText(await write('packed.txt', gzipSync('packed')))).toBe('packed')
  })

  test('puts several files one after the other', async () => {
    const files = [await write('a.txt', 'a\n'), await write('b.txt', ''), await write('c.txt', 'c')]
    expect(await readText(files)).toBe('a\n\n\nc')
  })

  test.each([
    ['in the middle', [0x61, 0x62, 0xff, 0x63]],
    ['at the end', [0x61, 0x62, 0xc3]],
  ])('bytes that are no UTF-8 are an error that names the file: %s', async (_, bytes) => {
    const path = await write('latin1.txt', Uint8Array.from(bytes))
    await expect(readText(path)).rejects.toThrow(DataError)
    await expect(readText(path)).rejects.toThrow(`readText: ${path} is not UTF-8`)
  })

  test('damaged gzip is an error that names the file', async () => {
    const path = await write('cut.gz', gzipSync('cut off').subarray(0, -6))
    await expect(readText(path)).rejects.toThrow(`readText: ${path} is truncated or damaged`)
  })

  test('no files are an error, and a missing one is that of the system', async () => {
    await expect(readText([])).rejects.toThrow(DataError)
    await expect(readText('/nowhere/x.txt')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
