import type { HostArray, Shape } from '@voltaic/core'
import { type Graph, isFloat, type PrimitiveNode, sizeOf } from '@voltaic/core/graph'
import type { KernelCall } from '../kernel.ts'
import { hostCall } from './host-call.ts'

/** Rows along an axis: element `i` of a row is `start + i * step`. */
interface Row {
  readonly start: number
  /** Its number in row-major order of the other axes. */
  readonly number: number
}

function forEachRow(shape: Shape, axis: number, visit: (row: Row) => void): void {
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  for (let number = 0; number < outer * inner; number++) {
    const start = Math.floor(number / inner) * shape[axis]! * inner + (number % inner)
    visit({ start, number })
  }
}

/** Indices of the largest or smallest along an axis. */
export function argCalls(graph: Graph, node: PrimitiveNode<'argmax' | 'argmin'>): KernelCall[] {
  const {
    op,
    inputs,
    outputs,
    attributes: { axis },
  } = node
  const { shape } = graph.values[inputs[0]!]!
  const step = sizeOf(shape.slice(axis + 1))
  const sign = op.name === 'argmax' ? 1 : -1
  const run = ([x]: readonly HostArray[], [out]: readonly HostArray[]) => {
    forEachRow(shape, axis, ({ start, number }) => {
      let best = 0
      // Nothing beats the first NaN.
      for (let i = 1; i < shape[axis]! && !Number.isNaN(x![start + best * step]!); i++) {
        const candidate = x![start + i * step]!
        if (sign * candidate > sign * x![start + best * step]! || Number.isNaN(candidate)) best = i
      }
      out![number] = best
    })
  }
  return [hostCall(graph, { label: op.name, inputs, outputs, run })]
}

/** Running sums along an axis. */
export function cumsumCalls(graph: Graph, node: PrimitiveNode<'cumsum'>): KernelCall[] {
  const {
    inputs,
    outputs,
    attributes: { axis, exclusive, reverse },
  } = node
  const { shape, dtype } = graph.values[inputs[0]!]!
  const step = sizeOf(shape.slice(axis + 1))
  const length = shape[axis]!
  const wrap = isFloat(dtype) ? (sum: number) => sum : (sum: number) => sum | 0
  const run = ([x]: readonly HostArray[], [out]: readonly HostArray[]) => {
    forEachRow(shape, axis, ({ start }) => {
      let sum = 0
      for (let i = 0; i < length; i++) {
        const at = start + (reverse ? length - 1 - i : i) * step
        const before = sum
        sum = wrap(sum + x![at]!)
        out![at] = exclusive ? before : sum
      }
    })
  }
  return [hostCall(graph, { label: 'cumsum', inputs, outputs, run })]
}

/** The first of each row in order, and their indices. */
export function orderCalls(graph: Graph, node: PrimitiveNode<'sort' | 'topK'>): KernelCall[] {
  const { op, inputs, outputs, attributes } = node
  const { axis } = attributes
  const { shape } = graph.values[inputs[0]!]!
  const step = sizeOf(shape.slice(axis + 1))
  const length = shape[axis]!
  const k = 'k' in attributes ? attributes.k : length
  const sign = ('k' in attributes ? attributes.largest : attributes.descending) ? -1 : 1
  const run = ([x]: readonly HostArray[], [values, indices]: readonly HostArray[]) => {
    const order = new Int32Array(length)
    const arrange = k <= selectable ? select : sort
    forEachRow(shape, axis, ({ start, number }) => {
      arrange(order, k, (i, j) => sign * compare(x![start + i * step]!, x![start + j * step]!))
      const target = Math.floor(number / step) * k * step + (number % step)
      for (let i = 0; i < k; i++) {
        values![target + i * step] = x![start + order[i]! * step]!
        indices![target + i * step] = order[i]!
      }
    })
  }
  return [hostCall(graph, { label: op.name, inputs, outputs, run })]
}

// Up to here, finding the first of a row one by one takes less time than sorting it.
const selectable = 32

type Compare = (i: number, j: number) => number

function sort(order: Int32Array, _count: number, compare: Compare): void {
  for (let i = 0; i < order.length; i++) order[i] = i
  order.sort(compare)
}

/** Puts the first `count` in order, by insertion into those found so far. */
function select(order: Int32Array, count: number, compare: Compare): void {
  let found = 0
  for (let i = 0; i < order.length; i++) {
    if (found === count && (count === 0 || compare(i, order[count - 1]!) >= 0)) continue
    let place = found < count ? found++ : count - 1
    for (; place > 0 && compare(i, order[place - 1]!) < 0; place--) order[place] = order[place - 1]!
    order[place] = i
  }
}

/** NaN is largest. */
function compare(x: number, y: number): number {
  if (x < y) return -1
  if (x > y) return 1
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
}
