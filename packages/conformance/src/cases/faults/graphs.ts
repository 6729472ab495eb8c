import type { Accelerator, DeviceBuffer, Executable } from '@voltaic/core'
import { buildGraph, capture, type Graph, inputValue, type Shape, specOf, type Value } from '@voltaic/core/graph'

/** No runtime scalars. */
export const noScalars: ArrayBuffer = new ArrayBuffer(0)

/** A float32 input of a graph. */
export function input(shape: Shape): Value {
  return inputValue({ spec: specOf('float32', shape) })
}

/** The graph of `outputs`, its inputs in the order of `leaves`. */
export function graphOf(outputs: readonly Value[], leaves: readonly Value[], donated: readonly Value[] = []): Graph {
  return buildGraph(capture(outputs, { leaves, donates: (leaf) => donated.includes(leaf) })).graph
}

/** A float32 buffer with `numbers`, of one dimension. */
export function upload(
  accelerator: Accelerator,
  numbers: readonly number[],
  shape: Shape = [numbers.length],
): DeviceBuffer {
  return accelerator.upload(Float32Array.from(numbers), specOf('float32', shape))
}

/** The numbers of a buffer. */
export async function download(accelerator: Accelerator, buffer: DeviceBuffer): Promise<number[]> {
  const [data] = await accelerator.download([buffer])
  return Array.from(data!)
}

/** Runs `body` with an executable and buffers that are gone afterwards, whatever comes of it. */
export async function withExecutable(
  accelerator: Accelerator,
  graph: Graph,
  body: (executable: Executable, keep: <T extends DeviceBuffer>(buffer: T) => T) => Promise<void>,
): Promise<void> {
  const executable = await accelerator.compile(graph)
  const buffers: DeviceBuffer[] = []
  const keep = <T extends DeviceBuffer>(buffer: T): T => {
    buffers.push(buffer)
    return buffer
  }
  try {
    await body(executable, keep)
  } finally {
    for (const buffer of buffers) buffer.dispose()
    executable.dispose()
  }
}
