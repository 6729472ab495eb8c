export type { CsvCell, CsvColumn, CsvDType, CsvOptions, CsvRange } from '../data/csv-columns.ts'
export { readCsv } from './read-csv.ts'
export { readIdx } from './read-idx.ts'
