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
export { DeviceStatsMonitor } from './callbacks/device-stats-monitor.ts'
export type { Duration, DurationParts } from './callbacks/duration.ts'
export {
  EarlyStopping,
  type EarlyStoppingOptions,
  type EarlyStoppingState,
  type StoppingReason,
} from './callbacks/early-stopping.ts'
export { EMAWeights, type EMAWeightsOptions, type EMAWeightsState } from './callbacks/ema-weights.ts'
export {
  type AccumulationSchedule,
  GradientAccumulationScheduler,
} from './callbacks/gradient-accumulation-scheduler.ts'
export { LambdaCallback } from './callbacks/lambda-callback.ts'
export { LearningRateMonitor, type LearningRateMonitorOptions } from './callbacks/learning-rate-monitor.ts'
export { ModelCheckpoint, type ModelCheckpointState } from './callbacks/model-checkpoint.ts'
export type { ModelCheckpointOptions } from './callbacks/model-checkpoint-options.ts'
export { ModelSummary, type ModelSummaryOptions } from './callbacks/model-summary.ts'
export { OnExceptionCheckpoint, type OnExceptionCheckpointOptions } from './callbacks/on-exception-checkpoint.ts'
export { ProgressBar, type ProgressBarOptions } from './callbacks/progress-bar.ts'
export {
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
  type StochasticWeightAveragingState,
} from './callbacks/stochastic-weight-averaging.ts'
export { type TimedStage, Timer, type TimerOptions, type TimerState } from './callbacks/timer.ts'
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint/checkpoint-file.ts'
export type { CheckpointStore } from './checkpoint/checkpoint-store.ts'
export { decodeSafetensors } from './checkpoint/decode-safetensors.ts'
export { encodeSafetensors } from './checkpoint/encode-safetensors.ts'
export type { Safetensors } from './checkpoint/safetensors.ts'
export { loadSafetensors, type SaveSafetensorsOptions, saveSafetensors } from './checkpoint/state-file.ts'
export { BatchSampler, type BatchSamplerOptions } from './data/batch-sampler.ts'
export type { Grouping } from './data/batch-stream.ts'
export type { Batches } from './data/batches.ts'
export { type CharDatasets, type CharDatasetsOptions, charDatasets } from './data/char-datasets.ts'
export { CharVocabulary } from './data/char-vocabulary.ts'
export { type Collated, defaultCollate } from './data/collate.ts'
export { ConcatDataset } from './data/concat-dataset.ts'
export { DataLoader, type DataLoaderOptions } from './data/data-loader.ts'
export type { Dataset, IterableDataset } from './data/dataset.ts'
export { parseIdx } from './data/idx.ts'
export type { BatchDraw, Collate } from './data/load-batch.ts'
export type { LoaderWorkers, WorkerAnswer, WorkerSession, WorkerSource, WorkerTask } from './data/loader-workers.ts'
export { type RandomSplitOptions, randomSplit } from './data/random-split.ts'
export {
  type BatchOrder,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
} from './data/sampler.ts'
export { Subset } from './data/subset.ts'
export { TensorDataset } from './data/tensor-dataset.ts'
export { type TokenWindow, TokenWindows, type TokenWindowsOptions } from './data/token-windows.ts'
export { type Transform, TransformedDataset } from './data/transformed-dataset.ts'
export type { CropPaddingMode, RandomCropOptions } from './data/transforms/random-crop.ts'
export { transforms } from './data/transforms/transforms.ts'
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from './data/weighted-random-sampler.ts'
export { type WorkerEquipment, type WorkerPart, workerParts } from './data/worker-tasks.ts'
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
  UnderflowError,
  UnsupportedError,
  VoltaicError,
} from './errors/errors.ts'
export type { Reduction } from './graph/composites/reduce-loss.ts'
export type { DType, HostArray } from './graph/dtype.ts'
export { type HostTensor, hostTensor } from './graph/host-tensor.ts'
export type { Shape, TensorSpec } from './graph/spec.ts'
export { ConsoleLogger, type ConsoleLoggerOptions } from './loggers/console-logger.ts'
export { CSVLogger, type CSVLoggerOptions } from './loggers/csv-logger.ts'
export { JSONLLogger, type JSONLLoggerOptions } from './loggers/jsonl-logger.ts'
export type { Hyperparameters, LogFolder, Logger, RunStatus } from './loggers/logger.ts'
export {
  type HistogramOptions,
  TensorBoardLogger,
  type TensorBoardLoggerOptions,
} from './loggers/tensorboard/tensorboard-logger.ts'
export { type Accumulator, Counts, Rows, Sums } from './metrics/accumulators.ts'
export { Accuracy, type AccuracyOptions } from './metrics/accuracy.ts'
export { AUROC, type AUROCOptions } from './metrics/auroc.ts'
export type {
  Average,
  BinaryOptions,
  ClassificationOptions,
  MulticlassOptions,
  MultilabelOptions,
} from './metrics/classification.ts'
export { ConfusionMatrix, type ConfusionMatrixOptions } from './metrics/confusion-matrix.ts'
export { MeanMetric } from './metrics/mean-metric.ts'
export { type EpochMetric, Metric, type MetricState } from './metrics/metric.ts'
export { Perplexity, type PerplexityOptions } from './metrics/perplexity.ts'
export { F1Score, Precision, Recall } from './metrics/precision-recall.ts'
export { MeanAbsoluteError, MeanSquaredError, type MeanSquaredErrorOptions } from './metrics/regression.ts'
export type { Awaitable, LoaderHooks, Loaders, Stage, TransferHooks } from './module/data-hooks.ts'
export { DataModule } from './module/data-module.ts'
export type { LogOptions, ReduceFx, RunningTrainer } from './module/module-host.ts'
export type { OptimizerConfig, OptimizerWithScheduler } from './module/optimizer-config.ts'
export type { LRSchedulerConfig } from './module/scheduler-config.ts'
export {
  type FreeStepOutput,
  type GradientClippingOptions,
  type LoadFromCheckpointOptions,
  type OptimizerStepOptions,
  type StepOutput,
  TrainingModule,
  type ZeroGradOptions,
} from './module/training-module.ts'
export {
  GELU,
  GLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmax2d,
  Softmin,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
} from './nn/activations.ts'
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './nn/adaptive-pooling.ts'
export { AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d } from './nn/avg-pooling.ts'
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './nn/batch-norm.ts'
export { Bilinear, type BilinearOptions } from './nn/bilinear.ts'
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions } from './nn/conv.ts'
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerOptions,
} from './nn/conv-transpose.ts'
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  FeatureAlphaDropout,
} from './nn/dropout.ts'
export { Embedding, type EmbeddingOptions, type Pretrained, type TableOptions } from './nn/embedding.ts'
export { EmbeddingBag, type EmbeddingBagOptions } from './nn/embedding-bag.ts'
export { Flatten, Unflatten } from './nn/flatten.ts'
export { Fold, Unfold } from './nn/fold.ts'
export {
  type GeluOptions,
  gelu,
  logSoftmax,
  logsigmoid,
  mish,
  relu,
  type SoftplusOptions,
  sigmoid,
  silu,
  softmax,
  softmin,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from './nn/functional/activations.ts'
export {
  type AdaptiveSize1d,
  type AdaptiveSize2d,
  type AdaptiveSize3d,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './nn/functional/adaptive-pool.ts'
export { alphaDropout, featureAlphaDropout } from './nn/functional/alpha-dropout.ts'
export {
  type ScaledDotProductAttentionOptions,
  scaledDotProductAttention,
} from './nn/functional/attention.ts'
export { type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from './nn/functional/avg-pool.ts'
export { type BatchNormInputs, batchNorm, type ChannelNormInputs } from './nn/functional/batch-norm.ts'
export { bilinear } from './nn/functional/bilinear.ts'
export { type ConvOptions, conv1d, conv2d, conv3d, type PaddingMode } from './nn/functional/conv.ts'
export {
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from './nn/functional/conv-transpose.ts'
export { type DropoutOptions, dropout, dropout1d, dropout2d, dropout3d } from './nn/functional/dropout.ts'
export { type EmbeddingInputs, embedding } from './nn/functional/embedding.ts'
export { type BagMode, type EmbeddingBagInputs, embeddingBag } from './nn/functional/embedding-bag.ts'
export { type BlockOptions, fold, unfold } from './nn/functional/fold.ts'
export { type GumbelSoftmaxOptions, glu, gumbelSoftmax } from './nn/functional/gates.ts'
export { type GroupNormInputs, groupNorm } from './nn/functional/group-norm.ts'
export { type InstanceNormInputs, instanceNorm } from './nn/functional/instance-norm.ts'
export { type InterpolateOptions, interpolate } from './nn/functional/interpolate.ts'
export type { InterpolationMode } from './nn/functional/interpolation-taps.ts'
export { type LayerNormInputs, layerNorm } from './nn/functional/layer-norm.ts'
export { linear } from './nn/functional/linear.ts'
export { type LocalResponseNormOptions, localResponseNorm } from './nn/functional/local-response-norm.ts'
export { type BceOptions, type BceWithLogitsOptions, bce, bceWithLogits } from './nn/functional/losses/binary.ts'
export { type CrossEntropyOptions, crossEntropy, type NllOptions, nll } from './nn/functional/losses/cross-entropy.ts'
export { type CtcOptions, ctcLoss } from './nn/functional/losses/ctc.ts'
export type { Lengths } from './nn/functional/losses/ctc-targets.ts'
export { cosineEmbedding, type TripletMarginOptions, tripletMargin } from './nn/functional/losses/distance.ts'
export {
  type GaussianNllOptions,
  gaussianNll,
  type KlDivOptions,
  klDiv,
  type PoissonNllOptions,
  poissonNll,
} from './nn/functional/losses/distribution.ts'
export type { LossOptions } from './nn/functional/losses/loss-options.ts'
export {
  hingeEmbedding,
  type MarginOptions,
  type MultiMarginOptions,
  marginRanking,
  multiMargin,
  softMargin,
} from './nn/functional/losses/margin.ts'
export {
  type HuberOptions,
  huber,
  l1,
  mse,
  type SmoothL1Options,
  smoothL1,
} from './nn/functional/losses/regression.ts'
export { type LpPoolOptions, lpPool1d, lpPool2d } from './nn/functional/lp-pool.ts'
export {
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Pooled,
  type ReturnIndices,
} from './nn/functional/max-pool.ts'
export { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from './nn/functional/max-unpool.ts'
export { type NormalizeOptions, normalize } from './nn/functional/normalize.ts'
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './nn/functional/pixel-shuffle.ts'
export {
  celu,
  elu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  prelu,
  type RreluOptions,
  relu6,
  rrelu,
  selu,
  softshrink,
  threshold,
} from './nn/functional/rectifiers.ts'
export type { MaxNormOptions } from './nn/functional/renormalize.ts'
export { type RmsNormInputs, rmsNorm } from './nn/functional/rms-norm.ts'
export { applyRotary, type RotaryOptions } from './nn/functional/rotary.ts'
export {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from './nn/functional/similarity.ts'
export type { OutputSizeOptions, Size, Size1d, Size2d, Size3d } from './nn/functional/spatial.ts'
export type { PoolOptions } from './nn/functional/windows.ts'
export { GroupNorm, type GroupNormOptions } from './nn/group-norm.ts'
export type { BackwardHook, ForwardHook, ForwardInputs, ForwardOutput, ForwardPreHook, HookHandle } from './nn/hooks.ts'
export { Identity } from './nn/identity.ts'
export { type DiracOptions, dirac } from './nn/init/dirac.ts'
export { type OrthogonalOptions, orthogonal } from './nn/init/orthogonal.ts'
export { type SparseOptions, sparse } from './nn/init/sparse.ts'
export { type TruncNormalOptions, truncNormal } from './nn/init/trunc-normal.ts'
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
export {
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormOptions,
} from './nn/instance-norm.ts'
export type { Entries } from './nn/keyed.ts'
export { LayerNorm, type LayerNormOptions } from './nn/layer-norm.ts'
export { Linear, type LinearOptions } from './nn/linear.ts'
export { LocalResponseNorm } from './nn/local-response-norm.ts'
export { BCELoss, BCEWithLogitsLoss } from './nn/losses/binary.ts'
export { CrossEntropyLoss, NLLLoss } from './nn/losses/cross-entropy.ts'
export { CTCLoss } from './nn/losses/ctc.ts'
export { CosineEmbeddingLoss, TripletMarginLoss } from './nn/losses/distance.ts'
export { GaussianNLLLoss, KLDivLoss, PoissonNLLLoss } from './nn/losses/distribution.ts'
export { HingeEmbeddingLoss, MarginRankingLoss, MultiMarginLoss, SoftMarginLoss } from './nn/losses/margin.ts'
export { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from './nn/losses/regression.ts'
export { MaxPool1d, MaxPool2d, MaxPool3d } from './nn/max-pooling.ts'
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './nn/max-unpooling.ts'
export { type Layer, Module } from './nn/module.ts'
export { ModuleDict } from './nn/module-dict.ts'
export { ModuleList } from './nn/module-list.ts'
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  type Padding1d,
  type Padding2d,
  type Padding3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './nn/padding.ts'
export { ParameterDict } from './nn/parameter-dict.ts'
export { ParameterList } from './nn/parameter-list.ts'
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from './nn/pixel-shuffle.ts'
export {
  RotaryEmbedding,
  type RotaryEmbeddingInputs,
  type RotaryEmbeddingOptions,
} from './nn/positions/rotary-embedding.ts'
export {
  SinusoidalPositionalEncoding,
  type SinusoidalPositionalEncodingOptions,
} from './nn/positions/sinusoidal-positional-encoding.ts'
export {
  CELU,
  ELU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  PReLU,
  type PReLUOptions,
  ReLU6,
  RReLU,
  SELU,
  Softshrink,
  Threshold,
} from './nn/rectifiers.ts'
export type { RecurrentCellOptions } from './nn/recurrent/cell.ts'
export { GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from './nn/recurrent/cells.ts'
export { GRU } from './nn/recurrent/gru.ts'
export { LSTM, type LSTMOptions } from './nn/recurrent/lstm.ts'
export type { RecurrentNonlinearity } from './nn/recurrent/nonlinearity.ts'
export type { RecurrentOptions } from './nn/recurrent/recurrent-parameters.ts'
export { RNN, type RNNOptions } from './nn/recurrent/rnn.ts'
export type { RecurrentInputs } from './nn/recurrent/run-layers.ts'
export { RMSNorm, type RMSNormOptions } from './nn/rms-norm.ts'
export { Sequential } from './nn/sequential.ts'
export { CosineSimilarity, PairwiseDistance } from './nn/similarity.ts'
export type { LoadStateDictOptions, LoadStateDictResult, StateDict } from './nn/state-dict.ts'
export {
  type ExampleInput,
  type ModuleSummary,
  type SummarizeOptions,
  type SummaryRow,
  summarize,
} from './nn/summary/summarize.ts'
export { type DecoderLayer, TransformerDecoder } from './nn/transformer/decoder.ts'
export { TransformerDecoderLayer, type TransformerDecoderLayerInputs } from './nn/transformer/decoder-layer.ts'
export { type EncoderLayer, TransformerEncoder, type TransformerEncoderInputs } from './nn/transformer/encoder.ts'
export { TransformerEncoderLayer, type TransformerEncoderLayerInputs } from './nn/transformer/encoder-layer.ts'
export type { TransformerActivation, TransformerLayerOptions } from './nn/transformer/layer-options.ts'
export {
  MultiheadAttention,
  type MultiheadAttentionInputs,
  type MultiheadAttentionOptions,
} from './nn/transformer/multihead-attention.ts'
export { generateSquareSubsequentMask } from './nn/transformer/square-subsequent-mask.ts'
export { Transformer, type TransformerInputs, type TransformerOptions } from './nn/transformer/transformer.ts'
export { Upsample } from './nn/upsample.ts'
export { Adadelta, type AdadeltaOptions } from './optim/adadelta.ts'
export { Adafactor, type AdafactorOptions } from './optim/adafactor.ts'
export { Adagrad, type AdagradOptions } from './optim/adagrad.ts'
export { Adam, type AdamOptions, AdamW } from './optim/adam.ts'
export { Adamax, type AdamaxOptions } from './optim/adamax.ts'
export { ASGD, type ASGDOptions } from './optim/asgd.ts'
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from './optim/clip.ts'
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
export type { StepContext } from './optim/step-context.ts'
export { FullPrecision } from './precision/full-precision.ts'
export { GradScaler, type GradScalerOptions, type GradScalerStateDict } from './precision/grad-scaler.ts'
export { MixedPrecision, type MixedPrecisionOptions } from './precision/mixed-precision.ts'
export type { PrecisionName } from './precision/precision.ts'
export type { GradientClipAlgorithm, PrecisionPlugin, PrecisionStateDict } from './precision/precision-plugin.ts'
export { TruePrecision, type TruePrecisionName, type TruePrecisionOptions } from './precision/true-precision.ts'
export type { ChromeTrace, TraceEvent, TraceMetadata } from './profiler/chrome-trace.ts'
export { profileAccelerator } from './profiler/profile-accelerator.ts'
export {
  type ActionKind,
  type ActionSummary,
  Profiler,
  type ProfilerOptions,
  type TimedAction,
} from './profiler/profiler.ts'
export type { OnHost } from './strategy/batch-to-device.ts'
export { SingleDeviceStrategy } from './strategy/single-device-strategy.ts'
export type { Step, Strategy } from './strategy/strategy.ts'
export { WrappedOptimizer } from './strategy/wrapped-optimizer.ts'
export { useAccelerator } from './tensor/accelerator-in-use.ts'
export { detectAnomaly } from './tensor/anomaly-mode.ts'
export { type AutocastOptions, autocast, type HalfDType, isAutocastEnabled } from './tensor/autocast.ts'
export {
  type BincountOptions,
  bincount,
  bucketize,
  type HistcOptions,
  histc,
  type SearchOptions,
  searchsorted,
} from './tensor/bins.ts'
export { checkpoint } from './tensor/checkpoint.ts'
export {
  broadcastTensors,
  cat,
  concat,
  grad,
  hstack,
  meshgrid,
  stack,
  vstack,
  where,
} from './tensor/combine.ts'
export {
  arange,
  type CreationOptions,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './tensor/creation.ts'
export { defaultDType, setDefaultDType } from './tensor/default-dtype.ts'
export { einsum, tensordot } from './tensor/einsum.ts'
export type { TextOptions } from './tensor/element-text.ts'
export { Generator, manualSeed } from './tensor/generator.ts'
export type { NestedArray } from './tensor/host.ts'
export type { AddProductOptions, AlphaOptions, ClampOptions, DivOptions } from './tensor/methods/arithmetic.ts'
export type { DiagonalOptions } from './tensor/methods/diagonals.ts'
export type { NanToNumOptions, RoundOptions } from './tensor/methods/elementwise.ts'
export type { Operand } from './tensor/methods/handle.ts'
export type { CloseOptions } from './tensor/methods/logic.ts'
export type { SortOptions, TopkOptions, Unique } from './tensor/methods/ordering.ts'
export type { AddmmOptions } from './tensor/methods/products.ts'
export type { Dims, ReduceOptions, ValuesAndIndices, VarianceOptions } from './tensor/methods/reductions.ts'
export type { TensorIndex } from './tensor/methods/slicing.ts'
export { oneHot } from './tensor/one-hot.ts'
export { type PadMode, type PadOptions, pad } from './tensor/pad.ts'
export { Buffer, Parameter } from './tensor/parameter.ts'
export {
  type BernoulliOptions,
  bernoulli,
  exponential,
  normal,
  type RandintOptions,
  type RandomOptions,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  uniform,
} from './tensor/random.ts'
export { type MultinomialOptions, multinomial, type RandpermOptions, randperm } from './tensor/sampling.ts'
export { linspace, logspace, type TriangleOptions, trilIndices, triuIndices } from './tensor/sequences.ts'
export { Tensor } from './tensor/tensor.ts'
export type { TrainerOptions } from './trainer/options.ts'
export { type FitData, type FitOptions, Trainer } from './trainer/trainer.ts'
export { lrFind } from './tuner/lr-find.ts'
export type { LrFindMode, LrFindOptions } from './tuner/lr-find-options.ts'
export type { LrFindResult, SuggestionOptions } from './tuner/lr-find-result.ts'
export { type ScaleBatchSizeOptions, scaleBatchSize } from './tuner/scale-batch-size.ts'
export type { TextPlotOptions } from './tuner/text-plot.ts'
export { HostRandom } from './util/host-random.ts'
