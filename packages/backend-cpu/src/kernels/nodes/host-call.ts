import type { HostArray } from '@voltaic/core'
import type { DType, Graph, ValueId } from '@voltaic/core/graph'
import type { HostKernel, KernelCall } from '../kernel.ts'
import { addressOf } from '../region/loop-nest.ts'

/** What a JavaScript loop is made of: it sees its operands as typed arrays over the memory. */
export interface HostLoop {
  readonly label: string
  readonly inputs: readonly ValueId[]
  readonly outputs: readonly ValueId[]
  readonly mayThrow?: boolean
  readonly run: (inputs: readonly HostArray[], outputs: readonly HostArray[]) => void
}

/** The call of a loop in JavaScript. */
export function hostCall(graph: Graph, { label, inputs, outputs, mayThrow = false, run }: HostLoop): KernelCall {
  const operands = [...inputs, ...outputs].map((value) => {
    const { dtype, size } = graph.values[value]!
    return { value, dtype: dtype, size }
  })
  const kernel: HostKernel = {
    kind: 'host',
    run: (memory, words) => {
      const views = operands.map(({ dtype, size }, i) => viewOf(memory, dtype, words[i]!, size))
      run(views.slice(0, inputs.length), views.slice(inputs.length))
    },
  }
  const words = operands.map(({ value, dtype }) => addressOf(value, dtype))
  return {
    label: `${label} (JavaScript)`,
    kernel,
    words,
    reads: [...new Set(inputs)],
    writes: outputs,
    inPlace: [],
    mayThrow,
  }
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const

/** The elements of a tensor at an address. */
export function viewOf(memory: ArrayBuffer, dtype: DType, address: number, size: number): HostArray {
  return new arrays[dtype](memory, address, size)
}
