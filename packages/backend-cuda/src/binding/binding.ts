/** One attribute of a raw op, as the addon takes it. */
export interface RawAttribute {
  readonly name: string
  /** One of the addon's `TF_ATTR_…` numbers. */
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}

/** What the addon says of an output: a handle, and what it holds. */
export interface RawOutput {
  readonly id: number
  readonly shape: readonly number[]
  /** TensorFlow's number of the dtype. */
  readonly dtype: number
}

/**
 * The native addon of `@tensorflow/tfjs-node-gpu`, as far as the backend uses it. It checks next to nothing: an attribute
 * that does not fit is ignored, an output too many dereferences null. Handles are freed by nobody but us.
 */
export interface Binding {
  readonly TF_Version: string
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  /** A handle on `data`, whose memory TensorFlow may go on reading: it must never change. */
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number
  /** Throws for a handle that is gone. */
  deleteTensor(id: number): void
  /** A copy on the host, once the handle's value is there. float32, int32 and bool only. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array
  executeOp(
    name: string,
    attributes: readonly RawAttribute[],
    inputs: readonly number[],
    outputCount: number,
  ): readonly RawOutput[]
  isUsingGpuDevice(): boolean
}
