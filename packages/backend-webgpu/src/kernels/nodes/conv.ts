import { type ContractionAttributes, type ConvAttributes, sizeOf } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames } from '../../wgsl/indexing.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { lowerContraction } from './contraction.ts'
import type { Input, NodeContext } from './node-context.ts'
import { outputsOver, placesUnder, windowLines } from './windows.ts'

/*
 * Convolution and its gradients as products of matrices that are never written out: what stands in for the unfolded image
 * is found where it is needed. Groups are the batch.
 */

/** m: output channels; n: images and output places; k: input channels and taps. */
export function lowerConv(context: NodeContext, attributes: ConvAttributes): void {
  const [x, w] = context.inputs as [Input, Input]
  const image = x.shape.slice(2)
  const kernel = w.shape.slice(2)
  const shape = context.shape()
  const output = shape.slice(2)
  const { groups } = attributes
  const [channels, taps, places] = [w.shape[1]!, sizeOf(kernel), sizeOf(output)]
  const m = shape[1]! / groups
  const { lines, inside } = windowLines(image, under(attributes, output, kernel))
  lowerContraction(context, {
    batch: groups,
    m,
    n: shape[0]! * places,
    k: channels * taps,
    a: weightAt(w, kernel, { out: `batch * ${u32(m)} + m`, channel: `k / ${u32(taps)}`, tap: `k % ${u32(taps)}` }),
    b: [
      ...coordinateLines(kernel, `(k % ${u32(taps)})`, 't'),
      ...coordinateLines(output, `(n % ${u32(places)})`, 'o'),
      ...lines,
      `if (!(${inside})) { return 0.0; }`,
      `return load0(${x.at([`n / ${u32(places)}`, `batch * ${u32(channels)} + k / ${u32(taps)}`, ...names('p', image)])});`,
    ],
    out: `((n / ${u32(places)}) * ${u32(shape[1]!)} + batch * ${u32(m)} + m) * ${u32(places)} + n % ${u32(places)}`,
    run: places,
    aContiguous: 'k',
    bContiguous: 'n',
    operands: [x.operand, w.operand],
  })
}

/** m: input channels; n: images and places of the image; k: output channels and taps. */
export function lowerConvInputGrad(context: NodeContext, attributes: ContractionAttributes['convInputGrad']): void {
  const [g, w] = context.inputs as [Input, Input]
  const { groups, shape } = attributes
  const image = shape.slice(2)
  const kernel = w.shape.slice(2)
  const output = g.shape.slice(2)
  const [taps, places] = [sizeOf(kernel), sizeOf(image)]
  const m = w.shape[1]!
  const outChannels = w.shape[0]! / groups
  const { lines, inside } = outputsOver({ ...attributes, kernel }, output, names('i', image), names('t', kernel))
  lowerContraction(context, {
    batch: groups,
    m,
    n: shape[0]! * places,
    k: outChannels * taps,
    a: weightAt(w, kernel, {
      out: `batch * ${u32(outChannels)} + k / ${u32(taps)}`,
      channel: 'm',
      tap: `k % ${u32(taps)}`,
    }),
    b: [
      ...coordinateLines(kernel, `(k % ${u32(taps)})`, 't'),
      ...coordinateLines(image, `(n % ${u32(places)})`, 'i'),
      ...lines,
      `if (!(${inside})) { return 0.0; }`,
      `return load0(${g.at([`n / ${u32(places)}`, `batch * ${u32(outChannels)} + k / ${u32(taps)}`, ...names('o', output)])});`,
    ],
    out: `((n / ${u32(places)}) * ${u32(shape[1]!)} + batch * ${u32(m)} + m) * ${u32(places)} + n % ${u32(places)}`,
    run: places,
    aContiguous: 'k',
    bContiguous: 'n',
    operands: [g.operand, w.operand],
  })
}

/** m: output channels; n: input channels and taps; k: images and output places. */
export function lowerConvWeightGrad(context: NodeContext, attributes: ContractionAttributes['convWeightGrad']): void {
  const [x, g] = context.inputs as [Input, Input]
  const { groups, shape } = attributes
  const image = x.shape.slice(2)
  const kernel = shape.slice(2)
  const output = g.shape.slice(2)
  const [taps, places] = [sizeOf(kernel), sizeOf(output)]
  const m = shape[0]! / groups
  const channels = shape[1]!
  const { lines, inside } = windowLines(image, under(attributes, output, kernel))
  lowerContraction(context, {
    batch: groups,
    m,
    n: channels * taps,
    k: x.shape[0]! * places,
    a: [
      ...coordinateLines(output, `(k % ${u32(places)})`, 'o'),
      `return load1(${g.at([`k / ${u32(places)}`, `batch * ${u32(m)} + m`, ...names('o', output)])});`,
    ],
    b: [
      ...coordinateLines(kernel, `(n % ${u32(taps)})`, 't'),
      ...coordinateLines(output, `(k % ${u32(places)})`, 'o'),
      ...lines,
      `if (!(${inside})) { return 0.0; }`,
      `return load0(${x.at([`k / ${u32(places)}`, `batch * ${u32(channels)} + n / ${u32(taps)}`, ...names('p', image)])});`,
    ],
    out: `(batch * ${u32(m)} + m) * ${u32(channels * taps)} + n`,
    run: channels * taps,
    aContiguous: 'k',
    bContiguous: 'k',
    operands: [x.operand, g.operand],
  })
}

function under(attributes: ConvAttributes, output: readonly number[], kernel: readonly number[]): string[] {
  return placesUnder({ ...attributes, kernel }, names('o', output), names('t', kernel))
}

function names(prefix: string, axes: readonly number[]): string[] {
  return coordinateNames(axes, prefix)
}

/** Statements that return an element of a kernel; `load1` reads it. */
function weightAt(
  w: Input,
  kernel: readonly number[],
  { out, channel, tap }: { readonly out: string; readonly channel: string; readonly tap: string },
): string[] {
  return [
    ...coordinateLines(kernel, `(${tap})`, 't'),
    `return load1(${w.at([out, channel, ...coordinateNames(kernel, 't')])});`,
  ]
}
