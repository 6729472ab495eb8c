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

/** A copy of the operand, with elements added to it at indices along an axis, in order. */
export function scatterAddCalls(graph: Graph, node: PrimitiveNode<'scatterAdd'>): KernelCall[] {
  const {
    inputs: [x, indices, updates],
    outputs,
    attributes: { axis },
  } = node
  const [whole, selection] = [graph.values[x!]!.shape, graph.values[indices!]!.shape]
  const run = ([at, more]: readonly HostArray[], [out]: readonly HostArray[]) => {
    const places = placesOf('scatterAdd', at!, selection, whole, axis)
    for (let i = 0; i < places.length; i++) out![places[i]!]! += more![i]!
  }
  const inputs = [indices!, updates!]
  return [
    cloneCall(graph, x!, outputs[0]!),
    hostCall(graph, { label: 'scatterAdd', inputs, outputs, mayThrow: true, run }),
  ]
}

/** For each element of the selection, its place in the whole. */
function placesOf(who: string, indices: HostArray, selection: Shape, whole: Shape, axis: number): Float64Array {
  const places = new Float64Array(indices.length)
  const strides = stridesOf(whole)
  const position = new Array<number>(selection.length).fill(0)
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (index < 0 || index >= whole[axis]!) {
      throw new OutOfRangeError(
        `${who}: index out of range, got ${index} in an axis of ${whole[axis]}; indices (and labels) are 0…${whole[axis]! - 1}`,
      )
    }
    let place = index * strides[axis]!
    for (let d = 0; d < position.length; d++) if (d !== axis) place += position[d]! * strides[d]!
    places[i] = place
    advance(position, selection)
  }
  return places
}

/** The next position in row-major order. */
function advance(position: number[], shape: Shape): void {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (++position[axis]! < shape[axis]!) return
    position[axis] = 0
  }
}
