import { type HostArray, OutOfRangeError, type Shape } from '@voltaic/core'
import { type Graph, type PrimitiveNode, stridesOf } from '@voltaic/core/graph'
import type { KernelCall } from '../kernel.ts'
import { hostCall } from './host-call.ts'
import { cloneCall } from './movement.ts'

/** Elements read at indices along an axis. */
export function gatherCalls(graph: Graph, node: PrimitiveNode<'gather'>): KernelCall[] {
  const {
    inputs,
    outputs,
    attributes: { axis },
  } = node
  const [whole, selection] = [graph.values[inputs[0]!]!.shape, graph.values[inputs[1]!]!.shape]
  const run = ([x, indices]: readonly HostArray[], [out]: readonly HostArray[]) => {
    const places = placesOf('gather', indices!, selection, whole, axis)
    for (let i = 0; i < places.length; i++) out![i] = x![places[i]!]!
  }
  return [hostCall(graph, { label: 'gather', inputs, outputs, mayThrow: true, run })]
}

/** A copy of the operand, with elements added to it or put in its elements' place at indices along an axis, in order. */
export function scatterCalls(graph: Graph, node: PrimitiveNode<'scatterAdd' | 'scatter'>): KernelCall[] {
  const {
    op: { name },
    inputs: [x, indices, updates],
    outputs,
    attributes: { axis },
  } = node
  const [whole, selection] = [graph.values[x!]!.shape, graph.values[indices!]!.shape]
  const run = ([at, more]: readonly HostArray[], [out]: readonly HostArray[]) => {
    const places = placesOf(name, at!, selection, whole, axis)
    if (name === 'scatter') for (let i = 0; i < places.length; i++) out![places[i]!] = more![i]!
    else for (let i = 0; i < places.length; i++) out![places[i]!]! += more![i]!
  }
  const inputs = [indices!, updates!]
  return [cloneCall(graph, x!, outputs[0]!), hostCall(graph, { label: name, inputs, outputs, mayThrow: true, run })]
}

/** For each element of the selection, its place in the whole. */
function placesOf(who: string, indices: HostArray, selection: Shape, whole: Shape, axis: number): Uint32Array {
  const places = new Uint32Array(indices.length)
  const strides = stridesOf(whole)
  const last = selection.length - 1
  const length = whole[axis]!
  const run = selection[last]!
  // Along the last axis an element moves on by one, unless it is the indices that move it.
  const [step, indexStep] = [axis === last ? 0 : 1, strides[axis]!]
  const position = new Array<number>(last).fill(0)
  for (let start = 0; start < indices.length; start += run) {
    let place = 0
    for (let d = 0; d < last; d++) if (d !== axis) place += position[d]! * strides[d]!
    for (let i = start; i < start + run; i++, place += step) {
      const index = indices[i]!
      if (index < 0 || index >= length) {
        throw new OutOfRangeError(
          `${who}: index out of range, got ${index} in an axis of ${length}; indices (and labels) are 0…${length - 1}`,
        )
      }
      places[i] = place + index * indexStep
    }
    advance(position, selection)
  }
  return places
}

/** The next position in row-major order, of as many axes as it has. */
function advance(position: number[], shape: Shape): void {
  for (let axis = position.length - 1; axis >= 0; axis--) {
    if (++position[axis]! < shape[axis]!) return
    position[axis] = 0
  }
}
