/*
 * The graph, for authors of backends and of ops: what a backend compiles, and the builders by which ops and tests record
 * it. Users of tensors need none of it.
 */

export { errorFunction } from '../util/error-function.ts'
export { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../util/half.ts'
export { threefry2x32 } from '../util/threefry.ts'
export { alias, stopGradient } from './alias.ts'
export {
  abs,
  acos,
  acosh,
  add,
  and,
  argmax,
  argmin,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  avgPool,
  avgPoolGrad,
  type Binary,
  broadcastTo,
  cast,
  ceil,
  concat,
  conv,
  convInputGrad,
  convWeightGrad,
  cos,
  cosh,
  cumsum,
  div,
  equal,
  erf,
  exp,
  expandReduced,
  expm1,
  flip,
  floor,
  floorDivide,
  fullLike,
  gather,
  indexAdd,
  indexSelect,
  iota,
  isFinite,
  isNan,
  less,
  lessEqual,
  literal,
  literalLike,
  log,
  log1p,
  matmul,
  max,
  maximum,
  maxPool,
  maxPoolGrad,
  min,
  minimum,
  mul,
  neg,
  not,
  or,
  pad,
  permute,
  pow,
  prod,
  randomBits,
  remainder,
  reshape,
  round,
  scatter,
  scatterAdd,
  shiftLeft,
  shiftRight,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  sliceAxis,
  sort,
  sqrt,
  sub,
  sum,
  sumTo,
  tan,
  tanh,
  topK,
  transposeLast,
  trunc,
  type Unary,
  where,
  xor,
} from './build.ts'
export { type BuiltGraph, buildGraph, expand, placeholders, replay } from './build-graph.ts'
export { call, inline, traceSubgraph } from './call.ts'
export { type CallFunctionOptions, callFunction } from './call-function.ts'
export { type Capture, type CaptureOptions, capture, sameKey } from './capture.ts'
export { type CompositeDefinition, defineComposite } from './composite.ts'
export {
  type Attention,
  type AttentionAttributes,
  type AttentionOperands,
  type AttentionOptions,
  attentionOp,
  scaledDotProductAttention,
} from './composites/attention.ts'
export { type BatchNormAttributes, batchNorm, batchNormOp } from './composites/batch-norm.ts'
export { bceLoss, bceOp } from './composites/bce.ts'
export { bceWithLogitsLoss, bceWithLogitsOp } from './composites/bce-with-logits.ts'
export { type ClampAttributes, clamp, clampOp } from './composites/clamp.ts'
export { type CrossEntropyAttributes, crossEntropyLoss, crossEntropyOp } from './composites/cross-entropy.ts'
export { ctcForward, ctcForwardOp } from './composites/ctc.ts'
export { cumprod, cumprodOp } from './composites/cumprod.ts'
export { type EluAttributes, elu, eluOp } from './composites/elu.ts'
export { type EmbeddingAttributes, embedding, embeddingOp } from './composites/embedding.ts'
export { erfc, erfcOp } from './composites/erfc.ts'
export { erfinv, erfinvOp } from './composites/erfinv.ts'
export { gaussianNllLoss, gaussianNllOp } from './composites/gaussian-nll.ts'
export { type GeluAttributes, gelu, geluOp } from './composites/gelu.ts'
export { type HardtanhAttributes, hardtanh, hardtanhOp } from './composites/hardtanh.ts'
export { hypot, hypotOp } from './composites/hypot.ts'
export { integerPower, integerPowerOp } from './composites/integer-power.ts'
export { type LayerNormAttributes, layerNorm, layerNormOp } from './composites/layer-norm.ts'
export { type LeakyReluAttributes, leakyRelu, leakyReluOp } from './composites/leaky-relu.ts'
export { logAddExp, logAddExpOp } from './composites/log-add-exp.ts'
export { type LogBaseAttributes, logBase, logBaseOp } from './composites/log-base.ts'
export { logSumExp, logSumExpOp } from './composites/log-sum-exp.ts'
export { logit, logitOp } from './composites/logit.ts'
export type { Reduction } from './composites/reduce-loss.ts'
export { relu, reluOp } from './composites/relu.ts'
export { type RmsNormAttributes, rmsNorm, rmsNormOp } from './composites/rms-norm.ts'
export { type RunningExtremeAttributes, runningExtreme, runningExtremeOp } from './composites/running-extreme.ts'
export { logSoftmax, logSoftmaxOp, softmax, softmaxOp } from './composites/softmax.ts'
export { logSigmoid, logSigmoidOp, type SoftplusAttributes, softplus, softplusOp } from './composites/softplus.ts'
export { softsign, softsignOp } from './composites/softsign.ts'
export { type SplitAttributes, split, splitOp } from './composites/split.ts'
export { type AdadeltaAttributes, adadeltaOp } from './composites/updates/adadelta.ts'
export { type AdafactorAttributes, adafactorOp } from './composites/updates/adafactor.ts'
export { type AdagradAttributes, adagradOp } from './composites/updates/adagrad.ts'
export { type AdamAttributes, adamOp } from './composites/updates/adam.ts'
export { type AdamaxAttributes, adamaxOp } from './composites/updates/adamax.ts'
export { type AsgdAttributes, asgdOp } from './composites/updates/asgd.ts'
export type { UpdateOp } from './composites/updates/define-update.ts'
export { type LionAttributes, lionOp } from './composites/updates/lion.ts'
export { type MuonAttributes, muonOp } from './composites/updates/muon.ts'
export { type NAdamAttributes, nadamOp } from './composites/updates/nadam.ts'
export { type RAdamAttributes, radamOp } from './composites/updates/radam.ts'
export { type RMSpropAttributes, rmspropOp } from './composites/updates/rmsprop.ts'
export { type RpropAttributes, rpropOp } from './composites/updates/rprop.ts'
export { type SgdAttributes, sgdOp } from './composites/updates/sgd.ts'
export { type VarianceAttributes, variance, varianceOp } from './composites/variance.ts'
export { type VectorNormAttributes, vectorNorm, vectorNormOp } from './composites/vector-norm.ts'
export { divideFloor, divideTrunc, floorQuotientOp, fmod, fmodOp } from './composites/whole-division.ts'
export {
  bytesPerElement,
  type DType,
  dtypes,
  type HostArray,
  hostArray,
  isFloat,
  isHostArrayOf,
  isInteger,
  promote,
} from './dtype.ts'
export { type FusedStep, type FuseOptions, fuse } from './fuse.ts'
export {
  type Graph,
  type GraphNode,
  isPrimitive,
  makersOf,
  type PrimitiveNode,
  packScalars,
  readersOf,
  readScalar,
  type ScalarSpec,
  type ValueId,
} from './graph.ts'
export { type HostTensor, hostTensor } from './host-tensor.ts'
export type { Composite, Op, OpKind, Rules, Vjp, VjpContext } from './op.ts'
export {
  type AxisAttributes,
  type ContractionAttributes,
  type ConvAttributes,
  type ElementwiseAttributes,
  type MovementAttributes,
  type None,
  type PoolAttributes,
  type Primitive,
  type PrimitiveAttributes,
  type PrimitiveName,
  primitiveNames,
  primitives,
  type ReduceAttributes,
  type ReductionAttributes,
  type ShapeAttributes,
  type SourceAttributes,
} from './primitives.ts'
export { formatGraph, formatNode } from './print.ts'
export {
  inputValue,
  type LeafOptions,
  NumberStorage,
  numberValue,
  record,
  recordOne,
  scalarValue,
  withoutRecordingState,
} from './record.ts'
export type {
  ElementwiseName,
  Instruction,
  ReductionName,
  Region,
  RegionInput,
  RegionOutput,
  RegionReduction,
} from './region.ts'
export { broadcastShapes, reducedShape, sameShape, sizeOf, stridesOf } from './shape.ts'
export { formatShape, formatSpec, type Shape, specOf, type TensorSpec } from './spec.ts'
export {
  broadcastView,
  flipView,
  permuteView,
  reshapeView,
  type StridedView,
  sliceView,
  wholeView,
} from './strided-view.ts'
export type { Subgraph } from './subgraph.ts'
export { type Node, type Storage, Value } from './value.ts'
