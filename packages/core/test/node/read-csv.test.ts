import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TensorDataset } from '../../src/data/tensor-dataset.ts'
import { DataError, DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { type CsvColumn, type CsvOptions, readCsv } from '../../src/node/index.ts'
import { tempFiles } from './temp-files.ts'

const write = tempFiles()
const xy = { x: { from: 0, to: 2 }, y: { at: 2, dtype: 'int32' } } as const

async function read<Key extends string>(text: string, options: CsvOptions<Key>): Promise<TensorDataset<Key>> {
  return readCsv(await write('table.csv', text), options)
}

describe('readCsv', () => {
  const expected = { x: hostTensor(Float32Array.of(1, 2, 4, 5), [2, 2]), y: hostTensor(Int32Array.of(3, 6)) }

  test.each([
    ['as it is', '1,2,3\n4,5,6\n'],
    ['without a last newline', '1,2,3\n4,5,6'],
    ['with Windows newlines', '1,2,3\r\n4,5,6\r\n'],
    ['with empty lines', '\n1,2,3\n\n4,5,6\n\n\n'],
    ['with empty Windows lines', '1,2,3\r\n\r\n4,5,6\r\n\r\n'],
    ['with quotes', '"1",2,"3"\n4,"5",6\n'],
    ['with spaces', ' 1, 2 ,3\n4 ,5,\t6\n'],
    ['with a byte order mark', '\ufeff1,2,3\n4,5,6\n'],
    ['with other ways to write numbers', '1.0,+2,3e0\n0.4e1,5.,06\n'],
  ])('reads a table %s', async (_, text) => {
    expect((await read(text, { columns: xy })).columns).toEqual(expected)
  })

  test('knows gzip by its content, whatever the name', async () => {
    const packed = await write('packed.csv', gzipSync('1,2,3\n4,5,6\n'))
    expect((await readCsv(packed, { columns: xy })).columns).toEqual(expected)
    const plain = await write('plain.csv.gz', '1,2,3\n4,5,6\n')
    expect((await readCsv(plain, { columns: xy })).columns).toEqual(expected)
  })

  test('takes another delimiter', async () => {
    expect((await read('1;2;3\n4;5;6\n', { columns: xy, delimiter: ';' })).columns).toEqual(expected)
  })

  test('finds named columns in the header, among cells nobody asks for', async () => {
    const table = 'name,"size, cm", ok\n"Ada\nL.",3.5,true\nBob,4,0\n'
    const { columns } = await read(table, {
      header: true,
      columns: { size: { at: 'size, cm', dtype: 'float64' }, ok: { at: 'ok', dtype: 'bool' } },
    })
    expect(columns.size).toEqual(hostTensor(Float64Array.of(3.5, 4)))
    expect(columns.ok).toEqual(hostTensor(Uint8Array.of(1, 0), [2], 'bool'))
  })

  test('arranges and scales the cells of a range', async () => {
    const { columns } = await read('0,4,8,16\n', {
      columns: { image: { from: 0, to: 4, shape: [1, 2, 2], scale: 1 / 16 } },
    })
    expect(columns.image).toEqual(hostTensor(Float32Array.of(0, 0.25, 0.5, 1), [1, 1, 2, 2]))
  })

  test('reads back what was written, whatever the numbers, in files of several chunks', async () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 20 }), async (rows) => {
        const repeated = Array.from({ length: 3000 }, () => rows).flat()
        const text = repeated.map(([a, b]) => `${a},"${b}"\n`).join('')
        const { columns } = await read(text, { columns: { ab: { from: 0, to: 2, dtype: 'float64' } } })
        expect(columns.ab.shape).toEqual([repeated.length, 2])
        // Text knows −0 only as 0.
        const plain = Float64Array.from(repeated.flat(), (x) => x + 0)
        expect(Buffer.from(columns.ab.data.buffer).equals(Buffer.from(plain.buffer))).toBe(true)
      }),
      { seed: 5, numRuns: 10 },
    )
  })
})

describe('malformed tables are DataErrors that name file, row, position and value', () => {
  test.each([
    ['a word', '1,2,3\n4,five,6\n', 'row 2, position 1 (column x), got "five"'],
    ['an empty cell', '1,,3\n', 'row 1, position 1 (column x), got ""'],
    ['a blank cell', '1,2,  \n', 'row 1, position 2 (column y), got "  "'],
    ['no number', 'NaN,2,3\n', 'row 1, position 0 (column x), got "NaN"'],
    ['an infinity', '1,Infinity,3\n', 'position 1 (column x), got "Infinity"'],
    ['more than float32 holds', '1,1e39,3\n', 'no float32'],
    ['a fraction for an integer', '1,2,3.5\n', 'no int32 in'],
    ['more than an int32 holds', '1,2,2147483648\n', 'no int32 in'],
    ['a bad cell after empty lines', '\n\n1,2,x\n', 'row 3, position 2 (column y), got "x"'],
    ['a bad cell after quoted commas', '"1",2,3\n1,"2,5",3\n', 'row 2, position 1 (column x), got "2,5"'],
    ['a short row', '1,2,3\n4,5\n', 'got 2 cells in row 2 and 3 in the first'],
    ['a long row', '1,2,3\n4,5,6,7\n', 'got 4 cells in row 2 and 3 in the first'],
    ['too few cells', '1,2\n3,4\n', 'column y ends at position 3, got 2 cells in row 1'],
    ['an open quote', '1,2,3\n4,"5,6\n', 'row 2 of'],
    ['an empty file', '', 'no rows in'],
    ['empty lines alone', '\n\n', 'no rows in'],
  ])('%s', async (_, text, message) => {
    await expect(read(text, { columns: xy })).rejects.toThrow(DataError)
    await expect(read(text, { columns: xy })).rejects.toThrow(message)
    await expect(read(text, { columns: xy })).rejects.toThrow('table.csv')
  })

  test.each([
    ['a header alone', 'a,b\n', 'no rows in'],
    ['a name that is not there', 'a,c\n1,2\n', 'column b is not in the header of'],
    ['a name that is there twice', 'a,b,b\n1,2,3\n', 'column b is in the header twice of'],
    ['a bad cell below the header', 'a,b\n1,x\n', 'row 2, position 1 (column b), got "x"'],
  ])('%s', async (_, text, message) => {
    const table = read(text, { header: true, columns: { b: { at: 'b' } } })
    await expect(table).rejects.toThrow(DataError)
    await expect(table).rejects.toThrow(message)
  })

  test('a bad cell in a late chunk', async () => {
    const text = `${'1,2,3\n'.repeat(400_000)}1,2,x\n${'1,2,3\n'.repeat(400_000)}`
    await expect(read(text, { columns: xy })).rejects.toThrow('row 400001, position 2 (column y), got "x"')
  })

  test('a truncated gzip file', async () => {
    const path = await write('cut.csv.gz', gzipSync('1,2,3\n'.repeat(1000)).subarray(0, -9))
    await expect(readCsv(path, { columns: xy })).rejects.toThrow(DataError)
    await expect(readCsv(path, { columns: xy })).rejects.toThrow(`readCsv: ${path} is truncated or damaged`)
  })
})

describe('options are checked before the file is read', () => {
  test.each<[string, CsvColumn, new (message: string) => Error]>([
    ['a name without a header', { at: 'a' }, MisconfigurationError],
    ['a scale on whole numbers', { at: 0, dtype: 'uint8', scale: 0.5 }, MisconfigurationError],
    ['a range without cells', { from: 2, to: 2 }, OutOfRangeError],
    ['a negative position', { at: -1 }, OutOfRangeError],
    ['a fractional position', { from: 0, to: 1.5 }, OutOfRangeError],
    ['a shape that does not fit', { from: 0, to: 4, shape: [3] }, ShapeError],
    ['a half type', { at: 0, dtype: 'float16' as 'float32' }, DTypeError],
  ])('%s', async (_, column, type) => {
    await expect(readCsv('/nowhere.csv', { columns: { c: column } })).rejects.toThrow(type)
    await expect(readCsv('/nowhere.csv', { columns: { c: column } })).rejects.toThrow('column c')
  })

  test.each(['', '"', '\n', ',,'])('a delimiter that is none: %j', async (delimiter) => {
    await expect(readCsv('/nowhere.csv', { columns: xy, delimiter })).rejects.toThrow(MisconfigurationError)
  })

  test('a missing file is the error of the system', async () => {
    await expect(readCsv('/nowhere/x.csv', { columns: xy })).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
