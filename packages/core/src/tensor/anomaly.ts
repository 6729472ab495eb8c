import type { Accelerator, DeviceBuffer } from '../accelerator/accelerator.ts'
import { AnomalyError } from '../errors/errors.ts'
import { buildGraph, expand } from '../graph/build-graph.ts'
import { type Capture, capture } from '../graph/capture.ts'
import { type HostArray, isFloat } from '../graph/dtype.ts'
import { packScalars } from '../graph/graph.ts'
import { inputValue, type NumberStorage, record, withoutRecordingState } from '../graph/record.ts'
import { formatSpec, type TensorSpec } from '../graph/spec.ts'
import type { Node, Value } from '../graph/value.ts'
import { decodeNumber, numberToHost } from './host.ts'
import type { TensorStorage } from './storage.ts'

/**
 * Runs a capture node by node and looks at every result.
 *
 * @throws AnomalyError naming the first op that makes a NaN of inputs without one, and the line that recorded it
 */
export async function findAnomaly(captured: Capture, accelerator: Accelerator): Promise<void> {
  const buffers = new Map<number, DeviceBuffer>()
  const made: DeviceBuffer[] = []
  // The numbers of a capture are overwritten by the next: they are noted before any node is run.
  const steps = captured.nodes.map((node) => ({
    node,
    inputs: node.inputs.map((input) => input.number),
    // One that is realised already has no number here.
    outputs: node.outputs.map(({ storage, number }) => (storage === null ? number : -1)),
  }))
  for (const leaf of captured.inputs) buffers.set(leaf.number, (leaf.storage as TensorStorage).bufferOn(accelerator))
  for (const leaf of [...captured.scalars, ...captured.numbers]) {
    const buffer = accelerator.upload(...numberToHost(leaf.storage as NumberStorage))
    made.push(buffer)
    buffers.set(leaf.number, buffer)
  }
  // What holds a NaN of its inputs' making: of the batch's, say, which some op may mask.
  const tainted = new Set<number>()
  try {
    const leaves = [...buffers]
    const nans = await firstNans(
      leaves.map(([, buffer]) => buffer),
      accelerator,
    )
    for (const [i, [number]] of leaves.entries()) if (nans[i]! >= 0) tainted.add(number)
    for (const { node, inputs, outputs } of steps) {
      const results = await runNode(
        node,
        inputs.map((number) => buffers.get(number)!),
        accelerator,
      )
      made.push(...results)
      for (const [i, number] of outputs.entries()) buffers.set(number, results[i]!)
      const nans = await firstNans(results, accelerator)
      if (inputs.some((number) => tainted.has(number))) {
        for (const [i, number] of outputs.entries()) if (nans[i]! >= 0) tainted.add(number)
        continue
      }
      const at = nans.findIndex((element) => element >= 0)
      if (at >= 0) throw new AnomalyError(describe(node, results[at]!.spec, nans[at]!))
    }
  } finally {
    for (const buffer of made) buffer.dispose()
  }
}

async function runNode(node: Node, inputs: readonly DeviceBuffer[], accelerator: Accelerator): Promise<DeviceBuffer[]> {
  const { graph, positions } = withoutRecordingState(() => {
    const leaves = inputs.map(({ spec }) => inputValue({ spec }))
    const outputs: readonly Value[] = record(node.op, leaves, node.attributes.values as never)
    return expand(buildGraph(capture(outputs, { leaves })), accelerator.capabilities.composites)
  })
  const executable = await accelerator.compile(graph)
  try {
    const results = await executable.run(inputs, packScalars(graph, []))
    return positions.map((position) => results[position]!)
  } finally {
    executable.dispose()
  }
}

/** For each buffer the index of its first NaN, or −1. */
async function firstNans(buffers: readonly DeviceBuffer[], accelerator: Accelerator): Promise<number[]> {
  const data = await accelerator.download(buffers)
  return buffers.map(({ spec: { dtype } }, i) => (isFloat(dtype) ? firstNan(data[i]!, dtype) : -1))
}

function describe(node: Node, spec: TensorSpec, element: number): string {
  return `detectAnomaly: ${node.op.name} made a NaN, got it at element ${element} of ${formatSpec(spec)}; recorded ${userLine(node.origin)}; keep its operands (or those of what it is the gradient of) where it is defined: clamp them, or add an epsilon`
}

function firstNan(data: HostArray, dtype: Parameters<typeof decodeNumber>[1]): number {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(decodeNumber(data[i]!, dtype))) return i
  return -1
}

const ownFolder = new URL('..', import.meta.url).href

/** The first line of a stack that is not Voltaic's own. */
function userLine(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').slice(1)
  const path = ownFolder.replace(/^file:\/\//, '')
  const frame = frames.find((line) => !line.includes(ownFolder) && !line.includes(path))
  return frame === undefined ? 'before detectAnomaly was on' : frame.trim()
}
