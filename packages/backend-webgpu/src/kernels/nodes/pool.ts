import { type ContractionAttributes, isPrimitive, type PoolAttributes, sizeOf } from '@voltaic/core/graph'
import { coordinateLines } from '../../wgsl/indexing.ts'
import { sortKey } from '../../wgsl/keys.ts'
import { rounded } from '../../wgsl/layout.ts'
import { constant, u32 } from '../../wgsl/numbers.ts'
import { elementKernel } from '../element-kernel.ts'
import type { Input, NodeContext } from './node-context.ts'
import { forEachTap, outputsOver, placesUnder, planeIndex, windowLines } from './windows.ts'

const names = (prefix: string, axes: readonly unknown[]) => axes.map((_, d) => `${prefix}${d}`)
const spatial = (axes: readonly unknown[]) => axes.map((_, d) => `c${d + 2}`)

/** The largest element of each window, and its place. */
export function lowerMaxPool(context: NodeContext, attributes: PoolAttributes): void {
  const [x] = context.inputs as [Input]
  const image = x.shape.slice(2)
  const { kernel } = attributes
  const { lines, inside } = windowLines(image, placesUnder(attributes, spatial(kernel), names('t', kernel)))
  const place = x.at(['c0', 'c1', ...names('p', kernel)])
  context.lowering.emit(
    elementKernel({
      label: context.label(),
      size: context.write().spec.size,
      operands: [x.operand, context.write(0), context.write(1)],
      statements: [
        ...coordinateLines(context.shape(), 'i', 'c'),
        'var best = 0u;',
        'var found = -1;',
        `var largest = ${constant(x.dtype, 0)};`,
        ...forEachTap(kernel, [
          ...lines,
          `if (${inside}) {`,
          `  let x = load0(${place});`,
          `  let key = ${sortKey(x.dtype, 'x')};`,
          `  if (found < 0 || key > best) { best = key; largest = x; found = bitcast<i32>(${planeIndex(image, names('p', kernel))}); }`,
          '}',
        ]),
      ],
      results: new Map([
        [1, 'largest'],
        [2, 'found'],
      ]),
    }),
  )
}

/** Adds up, at each place of the image, the gradients of the windows that chose it. */
export function lowerMaxPoolGrad(context: NodeContext, { shape }: ContractionAttributes['maxPoolGrad']): void {
  const [g, indices] = context.inputs as [Input, Input]
  const image = shape.slice(2)
  const output = g.shape.slice(2)
  const own = `bitcast<i32>(${planeIndex(image, spatial(image))})`
  const take = `if (load1(${indices.at(['c0', 'c1', ...names('o', image)])}) == own) { x = x + load0(${g.at(['c0', 'c1', ...names('o', image)])}); }`
  const windows = windowsOf(context, indices)
  // Windows are known where the indices come from a pooling of this graph; else all of them are asked.
  const search =
    windows === undefined
      ? [
          `for (var o = 0u; o < ${u32(sizeOf(output))}; o++) {`,
          ...coordinateLines(output, 'o', 'o').map((line) => `  ${line}`),
          `  ${take}`,
          '}',
        ]
      : searchWindows(windows, output, take)
  context.lowering.emit(
    elementKernel({
      label: context.label(),
      size: context.write().spec.size,
      operands: [g.operand, indices.operand, context.write()],
      statements: [
        ...coordinateLines(context.shape(), 'i', 'c'),
        `let own = ${own};`,
        'var x = 0.0;',
        ...search,
        `let result = ${rounded(g.dtype, 'x')};`,
      ],
      results: new Map([[2, 'result']]),
    }),
  )
}

function searchWindows(windows: PoolAttributes, output: readonly number[], take: string): string[] {
  const { kernel } = windows
  const { lines, inside } = outputsOver(windows, output, spatial(kernel), names('t', kernel))
  return forEachTap(kernel, [...lines, `if (${inside}) { ${take} }`])
}

/** The windows of the pooling that gave `indices` whole. */
function windowsOf({ lowering: { graph } }: NodeContext, indices: Input): PoolAttributes | undefined {
  const maker = graph.nodes.find(({ outputs }) => outputs.includes(indices.value))
  if (maker === undefined || !isPrimitive(maker, 'maxPool')) return undefined
  const { shape } = graph.values[indices.value]!
  const isWhole = indices.shape.length === shape.length && indices.shape.every((n, d) => n === shape[d])
  return isWhole ? maker.attributes : undefined
}

/** Means of windows. */
export function lowerAvgPool(context: NodeContext, attributes: PoolAttributes): void {
  const [x] = context.inputs as [Input]
  const { kernel } = attributes
  const { lines, inside } = windowLines(x.shape.slice(2), placesUnder(attributes, spatial(kernel), names('t', kernel)))
  const take = `x = x + load0(${x.at(['c0', 'c1', ...names('p', kernel)])});`
  emitMean(context, kernel, forEachTap(kernel, [...lines, `if (${inside}) { ${take} }`]))
}

/** Shares each gradient out over its window. */
export function lowerAvgPoolGrad(context: NodeContext, attributes: ContractionAttributes['avgPoolGrad']): void {
  const [g] = context.inputs as [Input]
  const { kernel } = attributes
  const { lines, inside } = outputsOver(attributes, g.shape.slice(2), spatial(kernel), names('t', kernel))
  const take = `x = x + load0(${g.at(['c0', 'c1', ...names('o', kernel)])});`
  emitMean(context, kernel, forEachTap(kernel, [...lines, `if (${inside}) { ${take} }`]))
}

/** A sum over taps, divided by their number. */
function emitMean(context: NodeContext, kernel: readonly number[], taps: readonly string[]): void {
  const [x] = context.inputs as [Input]
  const shape = context.shape()
  context.lowering.emit(
    elementKernel({
      label: context.label(),
      size: context.write().spec.size,
      operands: [x.operand, context.write()],
      statements: [
        ...coordinateLines(shape, 'i', 'c'),
        'var x = 0.0;',
        ...taps,
        `let result = ${rounded(x.dtype, `x / ${sizeOf(kernel)}.0`)};`,
      ],
      results: new Map([[1, 'result']]),
    }),
  )
}
