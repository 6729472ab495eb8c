import type { TensorSpec } from '@voltaic/core/graph'
import { viewOf } from '../kernels/nodes/host-call.ts'
import type { Ort, OrtTensor } from '../session/ort.ts'

// A step of a large model touches some thousands of blocks.
const MAX_VIEWS = 65536

/** Tensors of ONNX Runtime over the device's memory: made once for a block, since blocks are reused step after step. */
export class TensorViews {
  readonly #ort: Ort
  readonly #memory: ArrayBuffer
  readonly #views: Map<number, { readonly spec: TensorSpec; readonly tensor: OrtTensor }> = new Map()

  constructor(ort: Ort, memory: ArrayBuffer) {
    this.#ort = ort
    this.#memory = memory
  }

  /** The tensor of `spec` at an address. */
  at(pointer: number, spec: TensorSpec): OrtTensor {
    const known = this.#views.get(pointer)
    if (known?.spec === spec) return known.tensor
    const data = viewOf(this.#memory, spec.dtype, pointer, spec.size)
    const tensor = new this.#ort.Tensor(spec.dtype as 'float32', data as Float32Array, spec.shape)
    if (this.#views.size >= MAX_VIEWS) this.#views.clear()
    this.#views.set(pointer, { spec, tensor })
    return tensor
  }
}
