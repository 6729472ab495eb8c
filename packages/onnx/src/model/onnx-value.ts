import type { Shape } from '@voltaic/core'
import type { OnnxAttribute, OnnxElementType } from '../proto/index.ts'

/** A value of a model under construction. Its name is settled when the model is assembled. */
export class OnnxValue {
  readonly type: OnnxElementType
  readonly shape: Shape
  name: string | undefined

  constructor(type: OnnxElementType, shape: Shape, name?: string) {
    this.type = type
    this.shape = shape
    this.name = name
  }
}

/** Attributes of an op by ONNX's names. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/** Attributes of an op, and its operator set where it is not the standard one. */
export interface OpOptions {
  readonly attributes?: OnnxAttributes
  readonly domain?: string
}

/** One op of a model under construction; an input that is left out is `undefined`. */
export interface OnnxOp extends OpOptions {
  readonly opType: string
  readonly inputs: readonly (OnnxValue | undefined)[]
  readonly outputs: readonly OnnxValue[]
}

/** The operator set of ONNX Runtime itself: FusedMatMul and its kin. */
export const microsoft = 'com.microsoft'
