import type { Graph, Region } from '@voltaic/core/graph'
import { stridesOf } from '@voltaic/core/graph'
import type { KernelCall } from '../kernel.ts'
import { nestOf } from './loop-nest.ts'
import { regionKernel } from './region-kernel.ts'

/** The call that runs a region; none where there is nothing to write. */
export function regionCalls(graph: Graph, region: Region): KernelCall[] {
  const writes = [...region.outputs, ...region.reductions].map((output) => output.value)
  if (writes.every((value) => graph.values[value]!.size === 0)) return []
  const { kernel, words } = regionKernel(nestOf(graph, region))
  const reads = [...new Set(region.inputs.map((input) => input.value))]
  return [
    { label: labelOf(region), kernel, words, reads, writes, inPlace: inPlacePairs(graph, region), mayThrow: false },
  ]
}

/** Outputs, and the inputs of the same size per element that are read only at the index being written. */
function inPlacePairs(graph: Graph, { shape, inputs, outputs, reducedAxes }: Region): KernelCall['inPlace'] {
  const whole = stridesOf(shape)
  // Folding runs through the indices in another order: what it stores is read by nobody then, but keep it simple.
  if (reducedAxes.length > 0 && reducedAxes.length < shape.length) return []
  const candidates = inputs.filter(({ value, strides, offset }) => {
    const isWhole = offset === 0 && shape.every((n, axis) => n === 1 || strides[axis] === whole[axis])
    return isWhole && inputs.filter((input) => input.value === value).length === 1
  })
  return outputs.flatMap(({ value }) =>
    candidates
      .filter((input) => graph.values[input.value]!.bytes === graph.values[value]!.bytes)
      .map((input) => [value, input.value] as const),
  )
}

function labelOf({ program, reductions, shape }: Region): string {
  const names = program.flatMap(({ op }) => (op === 'load' || op === 'literal' ? [] : [op]))
  const folds = reductions.map(({ op }) => op)
  const ops = [...names, ...folds]
  return `${ops.length === 0 ? 'copy' : ops.join(' ')} over [${shape.join(', ')}]`
}
