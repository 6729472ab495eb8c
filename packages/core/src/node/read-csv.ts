import { Readable } from 'node:stream'
import Papa from 'papaparse'
import type { CsvOptions } from '../data/csv-columns.ts'
import { CsvTable } from '../data/csv-table.ts'
import type { TensorDataset } from '../data/tensor-dataset.ts'
import { DataError, MisconfigurationError } from '../errors/errors.ts'
import { readBytes } from './read-bytes.ts'

/**
 * Reads a CSV file, plain or gzip-compressed, into a dataset. Empty rows are skipped; cells may be quoted (RFC 4180).
 *
 * ```ts
 * const digits = await readCsv('digits.csv.gz', {
 *   columns: {
 *     image: { from: 0, to: 64, shape: [1, 8, 8], scale: 1 / 16 },
 *     label: { at: 64, dtype: 'int32' },
 *   },
 * })
 * ```
 *
 * @throws DataError when there is no row, rows differ in length, a cell is no number of its column's dtype, quotes are not
 * closed, or compressed data is damaged; it names file, row (from 1), position (from 0) and value
 * @throws MisconfigurationError, OutOfRangeError, ShapeError, DTypeError when the options cannot be
 * @throws the system's own error (`ENOENT` …) when the file cannot be read
 */
export async function readCsv<Key extends string>(
  path: string | URL,
  options: CsvOptions<Key>,
): Promise<TensorDataset<Key>> {
  const { delimiter = ',' } = options
  if (!/^[^\r\n"]$/u.test(delimiter)) {
    throw new MisconfigurationError(`readCsv: a delimiter is one character, got ${JSON.stringify(delimiter)}`)
  }
  const table = new CsvTable(options, String(path))
  const text = Readable.from(decode(readBytes('readCsv', path)))
  try {
    await parseRows(text, delimiter, ({ data, errors }) => {
      const [error] = errors
      if (error !== undefined) throw malformed(path, table.rowNumber + (error.row ?? 0) + 1, error)
      for (const row of data) table.addRow(row)
    })
  } finally {
    text.destroy()
  }
  return table.finish()
}

function parseRows(
  text: Readable,
  delimiter: string,
  chunk: (rows: Papa.ParseResult<string[]>) => void,
): Promise<void> {
  return new Promise((complete, error) => {
    Papa.parse<string[]>(text, { delimiter, chunk, complete: () => complete(), error })
  })
}

/** Text in chunks that end between characters; a byte order mark is left out. */
async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

function malformed(path: string | URL, row: number, error: Papa.ParseError): DataError {
  return new DataError(`readCsv: row ${row} of ${path} is malformed, got "${error.message}"`)
}
