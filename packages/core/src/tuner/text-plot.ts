import { OutOfRangeError } from '../errors/errors.ts'
import { formatNumber, type Plot, type Point } from './plot.ts'

/** The room that a plot in characters has. */
export interface TextPlotOptions {
  readonly width?: number
  readonly height?: number
}

/** Lines that are no rows of the plot: title, axis, ticks, suggestion. */
const otherLines = 4

/** A plot in characters: `*` is the curve, `O` the suggestion. */
export function textPlot(plot: Plot, { width = 72, height = 18 }: TextPlotOptions = {}): string {
  checkRoom('width', width, 32)
  checkRoom('height', height, 10)
  const rows = height - otherLines
  const labels = labelsOf(plot, rows)
  const labelWidth = Math.max(...[...labels.values()].map(({ length }) => length), 0)
  const columns = width - labelWidth - 2
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '))
  draw(plot, cells)
  const lines = cells.map((row, i) => {
    const label = labels.get(i)
    return `${(label ?? '').padStart(labelWidth)} ${label === undefined ? '│' : '┤'}${row.join('')}`
  })
  const { axis, ticks } = xAxisLines(plot, columns)
  const margin = ' '.repeat(labelWidth + 1)
  const { mark } = plot
  const suggestion = mark === null ? 'no suggestion: too few points' : `O suggestion: ${formatNumber(mark.x)}`
  return ['smoothed loss by learning rate', ...lines, `${margin}└${axis}`, `${margin} ${ticks}`, suggestion]
    .map((line) => line.trimEnd())
    .join('\n')
}

function checkRoom(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new OutOfRangeError(`LrFindResult.toText: ${name} is a whole number ≥ ${least}, got ${value}`)
}

/** Labels of the loss by row; no two rows with a label touch. */
function labelsOf({ yAxis }: Plot, rows: number): Map<number, string> {
  const labels = new Map<number, string>()
  for (const tick of yAxis.ticks) {
    const row = rowOf(yAxis.position(tick), rows)
    if (!labels.has(row + 1) && !labels.has(row)) labels.set(row, formatNumber(tick))
  }
  return labels
}

function draw({ xAxis, yAxis, points, mark }: Plot, cells: string[][]): void {
  const [rows, columns] = [cells.length, cells[0]!.length]
  const placed = points.map(({ x, y }) => ({ x: xAxis.position(x) * (columns - 1), y: yAxis.position(y) }))
  const markColumn = mark === null ? -1 : Math.round(xAxis.position(mark.x) * (columns - 1))
  if (mark !== null) for (const row of cells) row[markColumn] = ':'
  let before: number | null = null
  for (let column = 0; column < columns; column++) {
    const y = heightAt(placed, column)
    if (y === null) continue
    const row = rowOf(y, rows)
    // A steep curve stays one curve.
    const [from, to] = before === null || before === row ? [row, row] : [row, before + Math.sign(row - before)]
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) cells[i]![column] = '*'
    before = row
  }
  if (mark !== null) cells[rowOf(yAxis.position(mark.y), rows)]![markColumn] = 'O'
}

/** Where the curve is at a column; null beside it. A column rounds to half of itself on each side. */
function heightAt(points: readonly Point[], column: number): number | null {
  const next = points.findIndex(({ x }) => x >= column)
  const right = next === -1 ? points.at(-1) : points[next]
  const left = next === -1 ? right : points[Math.max(next - 1, 0)]
  if (left === undefined || right === undefined) return null
  const isBeside = column < points[0]!.x - 0.5 || column > points.at(-1)!.x + 0.5
  if (isBeside) return null
  const share = right.x === left.x ? 0 : Math.max(0, (column - left.x) / (right.x - left.x))
  return left.y + share * (right.y - left.y)
}

function rowOf(position: number, rows: number): number {
  return Math.round((1 - position) * (rows - 1))
}

/** The line below the plot, and the labels below that, as many as there is room for. */
function xAxisLines({ xAxis }: Plot, columns: number): { readonly axis: string; readonly ticks: string } {
  const axis = Array.from({ length: columns }, () => '─')
  let ticks = ''
  for (const tick of xAxis.ticks) {
    const column = Math.round(xAxis.position(tick) * (columns - 1))
    axis[column] = '┬'
    const label = formatNumber(tick)
    const start = Math.max(0, Math.min(column - Math.floor(label.length / 2), columns - label.length))
    if (ticks === '' || start > ticks.length) ticks = ticks.padEnd(start) + label
  }
  return { axis: axis.join(''), ticks }
}
