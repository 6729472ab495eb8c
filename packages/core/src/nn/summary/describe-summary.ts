import { formatShape, type Shape } from '../../graph/spec.ts'
import { type TextColumn, textTable } from '../../util/text-table.ts'
import type { ModuleSummary } from './summarize.ts'

/** A summary as a table of modules, and the totals below. */
export function describeSummary(summary: Omit<ModuleSummary, 'describe'>): string {
  const { rows, totalParameters, trainableParameters, bytes, totalFlops } = summary
  const hasCalls = totalFlops !== null
  const columns: TextColumn[] = [
    { title: 'name' },
    { title: 'type' },
    { title: 'parameters', align: 'right' },
    ...(hasCalls ? ([{ title: 'FLOPs', align: 'right' }, { title: 'in' }, { title: 'out' }] as const) : []),
  ]
  const cells = rows.map(({ name, type, parameters, inputs, outputs, flops }) => [
    name,
    type,
    shortNumber(parameters),
    ...(hasCalls ? [flops === null ? '?' : shortNumber(flops), formatShapes(inputs), formatShapes(outputs)] : []),
  ])
  const totals = [
    `${shortNumber(trainableParameters)} trainable parameters`,
    `${shortNumber(totalParameters - trainableParameters)} frozen parameters`,
    `${shortBytes(bytes)} of parameters and buffers`,
    ...(hasCalls ? [`${shortNumber(totalFlops)} FLOPs in a forward pass`] : []),
  ]
  return [...(rows.length === 0 ? [] : [textTable(columns, cells), '']), ...totals].join('\n')
}

/** `999`, `1.23 k`, `45.6 M` */
export function shortNumber(x: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P']
  // What rounds to 1000 of a unit is 1 of the next.
  const unit = units.findIndex((_, i) => i === units.length - 1 || Number((x / 1000 ** i).toPrecision(3)) < 1000)
  const digits = unit === 0 ? `${x}` : (x / 1000 ** unit).toPrecision(3)
  return `${digits} ${units[unit]}`.trimEnd()
}

function shortBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${shortNumber(bytes)}B`
}

function formatShapes(shapes: readonly Shape[] | null): string {
  return shapes === null ? '?' : shapes.map(formatShape).join(', ')
}
