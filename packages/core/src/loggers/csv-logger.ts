import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { hyperparametersYaml } from './hyperparameters.ts'
import { checkMetrics, type Hyperparameters, type LogFolder, type Logger } from './logger.ts'

export interface CSVLoggerOptions {
  /** Rows that may wait in memory, ≥ 1. Default 100. */
  readonly flushLogsEveryNSteps?: number
}

const [metricsFile, paramsFile] = ['metrics.csv', 'hparams.yaml'] as const

/**
 * Metrics as a table, `metrics.csv`: a row for each set of metrics, `step` in the first column, a column for each name. A metric
 * that comes later gets a column of its own, empty in the rows before. Hyper-parameters go to `hparams.yaml`.
 */
export class CSVLogger implements Logger {
  readonly name: string
  readonly version: string | number
  readonly #folder: LogFolder
  readonly #rowsToFlush: number
  readonly #columns: string[] = ['step']
  /** Columns that the file has; none before the first row is written. */
  #columnsInFile = 0
  #rows: Readonly<Record<string, number>>[] = []
  #params: Hyperparameters = {}
  #written: Promise<void> = Promise.resolve()

  /** @throws OutOfRangeError when `flushLogsEveryNSteps` is no whole number ≥ 1 */
  constructor(folder: LogFolder, { flushLogsEveryNSteps = 100 }: CSVLoggerOptions = {}) {
    if (!(Number.isInteger(flushLogsEveryNSteps) && flushLogsEveryNSteps >= 1)) {
      throw new OutOfRangeError(`CSVLogger: flushLogsEveryNSteps is a whole number ≥ 1, got ${flushLogsEveryNSteps}`)
    }
    this.name = folder.name
    this.version = folder.version
    this.#folder = folder
    this.#rowsToFlush = flushLogsEveryNSteps
  }

  /** @throws MisconfigurationError for a metric named `step` */
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): Promise<void> | void {
    checkMetrics('CSVLogger', metrics, step)
    if (Object.hasOwn(metrics, 'step')) {
      throw new MisconfigurationError('CSVLogger: the column step is the logger’s own, got a metric of that name')
    }
    for (const name of Object.keys(metrics)) if (!this.#columns.includes(name)) this.#columns.push(name)
    this.#rows.push({ ...metrics, step })
    if (this.#rows.length >= this.#rowsToFlush) return this.save()
  }

  logHyperparams(params: Hyperparameters): Promise<void> {
    this.#params = { ...this.#params, ...params }
    const yaml = encode(hyperparametersYaml(this.#params))
    return this.#inTurn(() => this.#folder.replace(paramsFile, yaml))
  }

  save(): Promise<void> {
    const rows = this.#rows
    this.#rows = []
    if (rows.length === 0) return this.#written
    return this.#inTurn(() => this.#write(rows))
  }

  finalize(): Promise<void> {
    return this.save()
  }

  async #write(rows: readonly Readonly<Record<string, number>>[]): Promise<void> {
    if (this.#columnsInFile === 0) await this.#adoptFile()
    const columns = [...this.#columns]
    const lines = rows.map((row) => `${columns.map((name) => (Object.hasOwn(row, name) ? row[name] : '')).join(',')}\n`)
    if (columns.length === this.#columnsInFile) {
      await this.#folder.append(metricsFile, encode(lines.join('')))
      return
    }
    const before = this.#columnsInFile === 0 ? '' : await this.#rowsInFile(columns.length - this.#columnsInFile)
    await this.#folder.replace(metricsFile, encode(`${columns.map(quoted).join(',')}\n${before}${lines.join('')}`))
    this.#columnsInFile = columns.length
  }

  /** A file that is there, of a run that goes on: its columns come first. */
  async #adoptFile(): Promise<void> {
    const text = new TextDecoder().decode((await this.#folder.read(metricsFile)) ?? new Uint8Array())
    const columns = headerOf(text)
    if (columns.length === 0) return
    if (columns[0] !== 'step') {
      throw new MisconfigurationError(
        `CSVLogger: adds to a file of its own, got a ${metricsFile} whose first column is ${JSON.stringify(columns[0])}; log to another folder`,
      )
    }
    const added = this.#columns.filter((name) => !columns.includes(name))
    this.#columns.splice(0, this.#columns.length, ...columns, ...added)
    this.#columnsInFile = columns.length
  }

  /** What is below the header of the file, each row with so many more empty cells. */
  async #rowsInFile(emptyCells: number): Promise<string> {
    const text = new TextDecoder().decode((await this.#folder.read(metricsFile)) ?? new Uint8Array())
    const header = `${this.#columns.slice(0, this.#columnsInFile).map(quoted).join(',')}\n`
    // Rows hold numbers alone: each ends where its line does.
    return text.slice(header.length).replaceAll('\n', `${','.repeat(emptyCells)}\n`)
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    // What failed before was thrown to whoever wrote it.
    this.#written = this.#written.then(write, write)
    return this.#written
  }
}

/** The cells of the first row. */
function headerOf(text: string): string[] {
  const cells: string[] = []
  for (let at = 0; at < text.length; ) {
    const [whole, inQuotes, bare] = /^(?:"((?:[^"]|"")*)"|([^,\n]*))/.exec(text.slice(at))!
    cells.push(inQuotes === undefined ? bare! : inQuotes.replaceAll('""', '"'))
    at += whole.length
    if (text[at] !== ',') break
    at++
  }
  return cells
}

/** A cell of text, in quotes where RFC 4180 asks for them. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
