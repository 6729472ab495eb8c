import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { isFloat, isInteger } from '../graph/dtype.ts'
import { sameShape, sizeOf } from '../graph/shape.ts'
import { formatShape, formatSpec } from '../graph/spec.ts'
import { where } from '../tensor/combine.ts'
import { ones } from '../tensor/creation.ts'
import { int32Indices } from '../tensor/indices.ts'
import { valueOf } from '../tensor/methods/handle.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What is classified, and how classes are averaged. */
export type ClassificationOptions = BinaryOptions | MulticlassOptions | MultilabelOptions

interface CommonOptions {
  /** The target that does not count. Default null: all count. */
  readonly ignoreIndex?: number | null
}

/** Yes or no: targets are 0 and 1, predictions the same, or probabilities, or logits, of any one shape. */
export interface BinaryOptions extends CommonOptions {
  readonly task: 'binary'
  /** Above it a probability counts as 1. Default 0.5. */
  readonly threshold?: number
}

/** One of several classes: targets are `[batch, …]`, predictions the same, or scores `[batch, classes, …]`. */
export interface MulticlassOptions extends CommonOptions {
  readonly task: 'multiclass'
  readonly numClasses: number
  /** Default `micro`, unless the metric says otherwise. */
  readonly average?: Average
}

/** Several labels, each yes or no: targets are 0 and 1, `[batch, labels, …]`, predictions as of `binary`. */
export interface MultilabelOptions extends CommonOptions {
  readonly task: 'multilabel'
  readonly numLabels: number
  /** Above it a probability counts as 1. Default 0.5. */
  readonly threshold?: number
  /** Default `micro`, unless the metric says otherwise. */
  readonly average?: Average
}

/**
 * Over classes: `micro` counts all together; `macro` is the mean; `weighted` the mean by how often each is the target;
 * `none` keeps them.
 */
export type Average = 'micro' | 'macro' | 'weighted' | 'none'

/**
 * How many classes or labels there are; 1 for yes or no.
 *
 * @throws MisconfigurationError or OutOfRangeError for options that do not fit
 */
export function countOf(who: string, options: ClassificationOptions): number {
  const { ignoreIndex = null } = options
  if (ignoreIndex !== null && !Number.isInteger(ignoreIndex)) {
    throw new OutOfRangeError(`${who}: ignoreIndex is a whole number, got ${ignoreIndex}`)
  }
  if (options.task !== 'multiclass' && options.threshold !== undefined) {
    const { threshold } = options
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new OutOfRangeError(`${who}: threshold is a number from 0 to 1, got ${threshold}`)
    }
  }
  switch (options.task) {
    case 'binary':
      return 1
    case 'multiclass':
      return checkedCount(who, 'numClasses', options.numClasses, 2)
    case 'multilabel':
      return checkedCount(who, 'numLabels', options.numLabels, 1)
    default:
      throw new MisconfigurationError(
        `${who}: task is 'binary', 'multiclass' or 'multilabel', got ${String((options as { task?: unknown }).task)}`,
      )
  }
}

function checkedCount(who: string, name: string, count: number, least: number): number {
  if (!(Number.isInteger(count) && count >= least)) {
    throw new OutOfRangeError(`${who}: ${name} is a whole number ≥ ${least}, got ${count}`)
  }
  return count
}

/** @throws MisconfigurationError when there is no such average */
export function averageOf(who: string, options: ClassificationOptions, fallback: Average): Average {
  const average = options.task === 'binary' ? 'micro' : (options.average ?? fallback)
  if (!['micro', 'macro', 'weighted', 'none'].includes(average)) {
    throw new MisconfigurationError(`${who}: average is one of micro, macro, weighted, none, got ${String(average)}`)
  }
  return average
}

/** Targets as int32, and which of them count (bool). @throws DTypeError, OutOfRangeError */
export function targetsOf(
  who: string,
  target: Tensor,
  count: number,
  ignoreIndex: number | null,
): { readonly target: Tensor; readonly isCounted: Tensor } {
  const value = valueOf(who, target, 'a tensor target')
  const words = { who, one: 'target', many: 'targets', choices: 'classes' }
  const ignored = ignoreIndex === null ? {} : { ignored: ignoreIndex }
  const given = value.spec.dtype === 'bool' ? target.to('int32').value : value
  const indices = new Tensor(int32Indices(given, count, { ...words, ...ignored }))
  const isCounted = ignoreIndex === null ? ones(indices.shape, { dtype: 'bool' }) : indices.ne(ignoreIndex)
  // What is ignored need not be the index of a class.
  return { target: where(isCounted, indices, 0), isCounted }
}

/** Probabilities of yes, whether they are that already or logits: those are not all between 0 and 1. */
export function probabilitiesOf(scores: Tensor): Tensor {
  return where(isDistribution(scores), scores, scores.sigmoid())
}

/** Probabilities of classes along dimension 1, likewise. */
export function classProbabilitiesOf(scores: Tensor): Tensor {
  return where(isDistribution(scores), scores, scores.softmax(1))
}

function isDistribution(scores: Tensor): Tensor {
  return scores.ge(0).logicalAnd(scores.le(1)).all()
}

/** Yes or no: bool. @throws DTypeError for what is neither a score nor an integer */
export function decisionsOf(who: string, preds: Tensor, threshold: number): Tensor {
  const { dtype } = valueOf(who, preds, 'a tensor preds').spec
  if (isFloat(dtype)) return probabilitiesOf(preds).gt(threshold)
  return dtype === 'bool' ? preds : labelsOf(who, preds, 2).eq(1)
}

/** Predicted classes as int32. */
export function labelsOf(who: string, preds: Tensor, count: number): Tensor {
  const words = { who, one: 'prediction', many: 'predictions', choices: 'classes' }
  return new Tensor(int32Indices(preds.value, count, words))
}

/**
 * Predictions, targets and their like, `[batch, labels, …]`, as `[batch, labels, rest]`; for `binary`, of any shape, as
 * `[elements, 1, 1]`.
 *
 * @throws ShapeError when shapes differ, or there is another number of labels
 */
export function byLabel(
  who: string,
  options: { readonly task: 'binary' } | { readonly task: 'multilabel'; readonly numLabels: number },
  all: readonly [preds: Tensor, target: Tensor, ...more: Tensor[]],
): Tensor[] {
  const [{ shape, numel }, target] = all
  if (!sameShape(shape, target.shape)) {
    throw new ShapeError(
      `${who}: predictions and targets have one shape, got ${formatShape(shape)} and ${formatShape(target.shape)}`,
    )
  }
  if (options.task === 'binary') return all.map((x) => x.reshape([numel, 1, 1]))
  const [batch, labels, ...rest] = shape
  if (labels !== options.numLabels) {
    throw new ShapeError(`${who}: takes [batch, ${options.numLabels} labels, …], got ${formatShape(shape)}`)
  }
  return all.map((x) => x.reshape([batch!, labels, sizeOf(rest)]))
}

/** Whether predictions for several classes are scores `[batch, classes, …]`, and not labels. @throws ShapeError, DTypeError */
export function holdsScores(who: string, preds: Tensor, target: Tensor, numClasses: number): boolean {
  const [batch, ...rest] = valueOf(who, target, 'a tensor target').spec.shape
  const { spec } = valueOf(who, preds, 'a tensor preds')
  if (isFloat(spec.dtype)) {
    if (target.ndim > 0 && sameShape(preds.shape, [batch!, numClasses, ...rest])) return true
    throw new ShapeError(
      `${who}: scores are [batch, ${numClasses} classes, …] for targets [batch, …], got ${formatShape(preds.shape)} and ${formatShape(target.shape)}`,
    )
  }
  if (!isInteger(spec.dtype)) throw new DTypeError(`${who}: takes scores or labels, got ${formatSpec(spec)}`)
  if (!sameShape(preds.shape, target.shape)) {
    throw new ShapeError(
      `${who}: predicted labels and targets have one shape, got ${formatShape(preds.shape)} and ${formatShape(target.shape)}`,
    )
  }
  return false
}

/** a / b, and 0 where b is 0, as float32. */
export function ratio(a: Tensor, b: Tensor): Tensor {
  const divisor = b.to('float32')
  const isZero = divisor.eq(0)
  return where(isZero, 0, a.to('float32').div(where(isZero, 1, divisor)))
}
