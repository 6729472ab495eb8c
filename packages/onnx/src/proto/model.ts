/**
 * An ONNX model as plain data: what `encodeModel` turns into the bytes of a `ModelProto`.
 *
 * The names are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto in camelCase; the parts we never write
 * (documentation, training info, functions, sparse tensors, subgraphs) are left out.
 */
export interface OnnxModel {
  /** Version of the file format. ONNX Runtime refuses what is newer than itself. */
  readonly irVersion: number
  readonly opsets: readonly OnnxOpset[]
  readonly graph: OnnxGraph
  readonly producerName?: string
}

/** The version of one operator set; the standard one has the domain `''`. */
export interface OnnxOpset {
  readonly domain: string
  readonly version: number
}

/** Nodes in topological order, joined by the names of values. */
export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly OnnxValueInfo[]
  readonly outputs: readonly OnnxValueInfo[]
  readonly initializers: readonly OnnxInitializer[]
}

/** One operation. An omitted optional input or output is `''`. */
export interface OnnxNode {
  readonly opType: string
  readonly domain?: string
  readonly name?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

/**
 * The value of an attribute. A bare number is INT and a bare list INTS, since most are; floats are marked, because
 * `1` alone does not say which of the two the operator wants. A string is STRING, an `OnnxTensor` TENSOR.
 */
export type OnnxAttribute =
  | number
  | readonly number[]
  | string
  | OnnxTensor
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }

/** The declared type of a graph's input or output. */
export interface OnnxValueInfo {
  readonly name: string
  readonly elementType: OnnxElementType
  /** A string is a symbolic dimension, free at run time; equal strings are equal sizes. */
  readonly dims: readonly (number | string)[]
}

/** A constant: what `raw_data` holds, little-endian, as all hosts that run JavaScript are. */
export interface OnnxTensor {
  readonly elementType: OnnxElementType
  readonly dims: readonly number[]
  /** As many bytes as `dims` and `elementType` ask for: any typed array, float16 and bfloat16 as their bits. */
  readonly data: ArrayBufferView
}

/** A constant that nodes read by its name. */
export interface OnnxInitializer extends OnnxTensor {
  readonly name: string
}

/** The element types that we write, by ONNX's names. */
export type OnnxElementType =
  | 'float'
  | 'double'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint8'
  | 'bool'
  | 'float16'
  | 'bfloat16'
