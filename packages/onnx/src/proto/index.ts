export { type ElementTypeInfo, elementTypes } from './element-types.ts'
export { encodeModel } from './encode-model.ts'
export { int64Vector } from './encode-tensor.ts'
export type {
  OnnxAttribute,
  OnnxElementType,
  OnnxGraph,
  OnnxInitializer,
  OnnxModel,
  OnnxNode,
  OnnxOpset,
  OnnxTensor,
  OnnxValueInfo,
} from './model.ts'
