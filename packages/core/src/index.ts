/*
 * What users of tensors, modules and Trainers need, and the contract of an accelerator. The graph, for authors of backends and
 * ops, is '@voltaic/core/graph'; readers of files are in '@voltaic/core/node'.
 */
export type { Accelerator, Availability, DeviceBuffer, DeviceStats, Executable } from './accelerator/accelerator.ts'
export {
  type Capabilities,
  checkSupported,
  decidingDType,
  type Limits,
  type Numerics,
  type Support,
} from './accelerator/capabilities.ts'
export { firstAvailable } from './accelerator/first-available.ts'
export { type ReferenceOptions, reference } from './accelerator/reference/reference.ts'
export type { GradientOptions } from './autograd/backward.ts'
export { enableGrad, noGrad } from './autograd/no-grad.ts'
export type { Callback, TrainerView } from './callbacks/callback.ts'
export {
  type AccumulationSchedule,
  GradientAccumulationScheduler,
} from './callbacks/gradient-accumulation-scheduler.ts'
export { ProgressBar, type ProgressBarOptions } from './callbacks/progress-bar.ts'
export type { Collate } from './data/batch-stream.ts'
export { type Collated, defaultCollate } from './data/collate.ts'
export { DataLoader, type DataLoaderOptions } from './data/data-loader.ts'
export type { Dataset, IterableDataset } from './data/dataset.ts'
export { parseIdx } from './data/idx.ts'
export { type RandomSplitOptions, randomSplit } from './data/random-split.ts'
export { type BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './data/sampler.ts'
export { Subset } from './data/subset.ts'
export { TensorDataset } from './data/tensor-dataset.ts'
export {
  AcceleratorError,
  AnomalyError,
  AutogradError,
  DataError,
  DeviceLostError,
  DTypeError,
  ExpiredTensorError,
  MisconfigurationError,
  MissingDependencyError,
  OutOfRangeError,
  ShapeError,
  UnsupportedError,
  VoltaicError,
} from './errors/errors.ts'
export type { Reduction } from './graph/composites/reduce-loss.ts'
export type { DType, HostArray } from './graph/dtype.ts'
export { type HostTensor, hostTensor } from './graph/host-tensor.ts'
export type { Shape, TensorSpec } from './graph/spec.ts'
export type { Batches } from './loops/batches.ts'
export type { LogOptions, RunningTrainer } from './module/module-host.ts'
export type { OptimizerConfig, OptimizerWithScheduler } from './module/optimizer-config.ts'
export type { LRSchedulerConfig } from './module/scheduler-config.ts'
export {
  type FreeStepOutput,
  type GradientClippingOptions,
  type OptimizerStepOptions,
  type StepOutput,
  TrainingModule,
  type ZeroGradOptions,
} from './module/training-module.ts'
export { GELU, ReLU, Sigmoid, Softmax, Tanh } from './nn/activations.ts'
export { Conv2d, type Conv2dOptions } from './nn/conv.ts'
export { Dropout } from './nn/dropout.ts'
export { Embedding } from './nn/embedding.ts'
export { Flatten } from './nn/flatten.ts'
export { type GeluOptions, gelu, logSoftmax, relu, sigmoid, softmax, tanh } from './nn/functional/activations.ts'
export { type ConvOptions, conv2d } from './nn/functional/conv.ts'
export { type DropoutOptions, dropout } from './nn/functional/dropout.ts'
export { embedding } from './nn/functional/embedding.ts'
export { type LayerNormInputs, layerNorm } from './nn/functional/layer-norm.ts'
export { linear } from './nn/functional/linear.ts'
export { bceWithLogits, crossEntropy, type LossOptions, mse } from './nn/functional/losses.ts'
export { maxPool2d, type PoolOptions } from './nn/functional/pool.ts'
export type { Size2d } from './nn/functional/spatial.ts'
export {
  fansOf,
  gainOf,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type Nonlinearity,
  type XavierOptions,
  xavierNormal,
  xavierUniform,
} from './nn/init.ts'
export { LayerNorm, type LayerNormOptions } from './nn/layer-norm.ts'
export { Linear, type LinearOptions } from './nn/linear.ts'
export { BCEWithLogitsLoss, CrossEntropyLoss, MSELoss } from './nn/losses.ts'
export { type Layer, Module } from './nn/module.ts'
export { MaxPool2d } from './nn/pooling.ts'
export { Sequential } from './nn/sequential.ts'
export type { LoadStateDictOptions, LoadStateDictResult, StateDict } from './nn/state-dict.ts'
export { Adadelta, type AdadeltaOptions } from './optim/adadelta.ts'
export { Adafactor, type AdafactorOptions } from './optim/adafactor.ts'
export { Adagrad, type AdagradOptions } from './optim/adagrad.ts'
export { Adam, type AdamOptions, AdamW } from './optim/adam.ts'
export { Adamax, type AdamaxOptions } from './optim/adamax.ts'
export { ASGD, type ASGDOptions } from './optim/asgd.ts'
export { clipGradNorm, clipGradValue } from './optim/clip.ts'
export { LBFGS, type LBFGSOptions } from './optim/lbfgs/lbfgs.ts'
export { Lion, type LionOptions } from './optim/lion.ts'
export { ConstantLR, type ConstantLROptions } from './optim/lr-scheduler/constant-lr.ts'
export { CosineAnnealingLR, type CosineAnnealingLROptions } from './optim/lr-scheduler/cosine-annealing-lr.ts'
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from './optim/lr-scheduler/cosine-annealing-warm-restarts.ts'
export { CyclicLR, type CyclicLROptions, type CyclicMode } from './optim/lr-scheduler/cyclic-lr.ts'
export { ExponentialLR, type ExponentialLROptions } from './optim/lr-scheduler/exponential-lr.ts'
export { LambdaLR, type LambdaLROptions, type LrLambda, MultiplicativeLR } from './optim/lr-scheduler/lambda-lr.ts'
export { LinearLR, type LinearLROptions } from './optim/lr-scheduler/linear-lr.ts'
export { LRScheduler, type LRSchedulerLike, type SchedulerStateDict } from './optim/lr-scheduler/lr-scheduler.ts'
export { MultiStepLR, type MultiStepLROptions } from './optim/lr-scheduler/multi-step-lr.ts'
export { OneCycleLR, type OneCycleLROptions } from './optim/lr-scheduler/one-cycle-lr.ts'
export { PolynomialLR, type PolynomialLROptions } from './optim/lr-scheduler/polynomial-lr.ts'
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './optim/lr-scheduler/reduce-lr-on-plateau.ts'
export { ChainedScheduler, SequentialLR, type SequentialLROptions } from './optim/lr-scheduler/sequential-lr.ts'
export { StepLR, type StepLROptions } from './optim/lr-scheduler/step-lr.ts'
export { WarmupCosineLR, type WarmupCosineLROptions } from './optim/lr-scheduler/warmup-cosine-lr.ts'
export { Muon, type MuonOptions } from './optim/muon.ts'
export { NAdam, type NAdamOptions } from './optim/nadam.ts'
export {
  type Closure,
  Optimizer,
  type OptimizerOptions,
  type OptimizerParameters,
  type OptimizerStateDict,
  type ParamGroup,
  type ParamGroupOptions,
  type StepOptions,
} from './optim/optimizer.ts'
export { RAdam, type RAdamOptions } from './optim/radam.ts'
export { RMSprop, type RMSpropOptions } from './optim/rmsprop.ts'
export { Rprop, type RpropOptions } from './optim/rprop.ts'
export { SGD, type SgdOptions } from './optim/sgd.ts'
export { FullPrecision } from './precision/full-precision.ts'
export type { Precision } from './precision/precision.ts'
export type { GradientClipAlgorithm, PrecisionPlugin, PrecisionStateDict } from './precision/precision-plugin.ts'
export type { OnHost } from './strategy/batch-to-device.ts'
export { SingleDeviceStrategy } from './strategy/single-device-strategy.ts'
export type { Step, Strategy } from './strategy/strategy.ts'
export { WrappedOptimizer } from './strategy/wrapped-optimizer.ts'
export { useAccelerator } from './tensor/accelerator-in-use.ts'
export { detectAnomaly } from './tensor/anomaly-mode.ts'
export { concat, grad, stack, where } from './tensor/combine.ts'
export {
  arange,
  type CreationOptions,
  eye,
  full,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './tensor/creation.ts'
export { Generator, manualSeed } from './tensor/generator.ts'
export type { NestedArray } from './tensor/host.ts'
export type { Operand } from './tensor/methods/handle.ts'
export type { Dims, ReduceOptions } from './tensor/methods/reductions.ts'
export { Buffer, Parameter } from './tensor/parameter.ts'
export { bernoulli, normal, type RandomOptions, rand, randint, randn, uniform } from './tensor/random.ts'
export { Tensor } from './tensor/tensor.ts'
export type { TrainerOptions } from './trainer/options.ts'
export { type FitData, Trainer } from './trainer/trainer.ts'
