import { DTypeError, OutOfRangeError, ShapeError } from '../../../errors/errors.ts'
import * as build from '../../../graph/build.ts'
import { isInteger } from '../../../graph/dtype.ts'
import { sameShape } from '../../../graph/shape.ts'
import { formatShape, formatSpec } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { tensor } from '../../../tensor/creation.ts'
import { dataOnHost } from '../../../tensor/host-data.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import { Tensor } from '../../../tensor/tensor.ts'

const who = 'ctcLoss'

/** How long each sequence is: integers `[batch]`, or one number without batch. */
export type Lengths = Tensor | number | readonly number[]

/** Lengths as ops take them. */
export interface KnownLengths {
  /** int32 `[batch]` */
  readonly value: Value
  /** The same, if it is still on the host: looking at other data would cost a download. */
  readonly host: readonly number[] | null
}

/** The states of an alignment: a target's labels, with blanks around each of them. */
export interface CtcStates {
  /** The class of each state, int32 `[batch, states]`; blank beyond a target's length. */
  readonly symbols: Value
  /** Whether a state may be reached from the one before the blank before it: a label from another label. */
  readonly maySkip: Value
  /** Labels of each target, int32 `[batch]`. */
  readonly lengths: Value
}

export interface CtcSizes {
  readonly batch: number
  readonly classes: number
  readonly blank: number
}

/** @throws OutOfRangeError, DTypeError or ShapeError when they are not one whole number a sequence */
export function lengthsOf(name: string, given: Lengths, batch: number): KnownLengths {
  const { value } = given instanceof Tensor ? given : tensor(wholeNumbers(name, given))
  const { dtype, shape, rank } = value.spec
  if (!isInteger(dtype)) {
    throw new DTypeError(`${who}: ${name} are int32, got ${formatSpec(value.spec)}; cast them, to('int32')`)
  }
  if (!sameShape(shape, [batch]) && !(batch === 1 && rank === 0)) {
    throw new ShapeError(`${who}: ${name} are one a sequence, [${batch}], got ${formatShape(shape)}`)
  }
  return { value: build.reshape(build.cast(value, 'int32'), [batch]), host: hostNumbers(value) }
}

function wholeNumbers(name: string, given: number | readonly number[]): Int32Array<ArrayBuffer> {
  const numbers = typeof given === 'number' ? [given] : given
  if (!Array.isArray(numbers) || !numbers.every((n) => Number.isInteger(n))) {
    throw new OutOfRangeError(`${who}: ${name} are whole numbers, got ${String(given)}`)
  }
  return Int32Array.from(numbers)
}

function hostNumbers(x: Value): readonly number[] | null {
  const data = dataOnHost(x)
  return data === null ? null : Array.from(data)
}

/** @throws OutOfRangeError when a length that is known is not in 0, …, most */
export function checkLengths(what: string, { host }: KnownLengths, most: number): void {
  const wrong = host?.find((length) => !(length >= 0 && length <= most))
  if (wrong !== undefined) throw new OutOfRangeError(`${who}: ${what} is 0 to ${most}, got ${wrong}`)
}

/** @throws DTypeError, ShapeError or OutOfRangeError when `targets` are no labels of a batch */
export function statesOf(targets: Tensor, targetLengths: KnownLengths, sizes: CtcSizes): CtcStates {
  const { batch } = sizes
  const given = valueOf(who, targets, 'a tensor targets')
  if (!isInteger(given.spec.dtype)) {
    throw new DTypeError(
      `${who}: targets are int32, got ${formatSpec(given.spec)}; make them of an Int32Array or cast them, to('int32')`,
    )
  }
  const isOneRow = given.spec.rank === 1
  const rows = isOneRow ? inRows(given, targetLengths, batch) : given
  if (rows.spec.rank !== 2 || rows.spec.shape[0] !== batch) {
    throw new ShapeError(
      `${who}: targets are [batch, length] or [Σ targetLengths], got ${formatShape(given.spec.shape)} for ${batch} sequence(s)`,
    )
  }
  const longest = rows.spec.shape[1]!
  checkLengths('a target length', targetLengths, longest)
  checkLabels(hostNumbers(given), targetLengths.host, { ...sizes, stride: isOneRow ? null : longest })
  const blank = build.literal(sizes.blank, 'int32')
  const isLabel = build.less(build.iota([1, longest], 1, 'int32'), build.reshape(targetLengths.value, [batch, 1]))
  const labels = build.where(isLabel, build.cast(rows, 'int32'), blank)
  const symbols = betweenBlanks(labels, blank)
  return { symbols, maySkip: maySkip(symbols, blank), lengths: targetLengths.value }
}

/** `[batch, length]` as `[batch, 2·length + 1]`: a blank before each label and behind the last. */
function betweenBlanks(labels: Value, blank: Value): Value {
  const [batch, longest] = labels.spec.shape as [number, number]
  const blanks = build.broadcastTo(blank, [batch, longest, 1])
  const pairs = build.concat([blanks, build.reshape(labels, [batch, longest, 1])], 2)
  return build.concat([build.reshape(pairs, [batch, 2 * longest]), build.broadcastTo(blank, [batch, 1])], 1)
}

function maySkip(symbols: Value, blank: Value): Value {
  const states = symbols.spec.shape[1]!
  const by = Math.min(2, states)
  const twoBefore = build.pad(
    build.sliceAxis(symbols, 1, 0, states - by),
    [
      [0, 0],
      [by, 0],
    ],
    -1,
  )
  return build.not(build.or(build.equal(symbols, blank), build.equal(symbols, twoBefore)))
}

/** Targets that stand one after the other, as `[batch, length]`. */
function inRows(targets: Value, { value, host }: KnownLengths, batch: number): Value {
  const total = targets.spec.size
  const sum = host?.reduce((sum, length) => sum + length, 0) ?? total
  if (sum !== total) {
    throw new ShapeError(`${who}: targets in one row are as many as targetLengths say, ${sum}, got ${total}`)
  }
  const longest = host === null ? total : Math.max(0, ...host)
  if (longest === 0) return build.reshape(targets, [batch, 0])
  const starts = build.reshape(build.cumsum(value, 0, { exclusive: true }), [batch, 1])
  const places = build.add(starts, build.iota([1, longest], 1, 'int32'))
  return build.indexSelect(targets, build.minimum(places, build.literal(total - 1, 'int32')), 0)
}

interface LabelLayout extends CtcSizes {
  /** From the beginning of a target to that of the next; null: the next stands right behind it. */
  readonly stride: number | null
}

function checkLabels(
  labels: readonly number[] | null,
  counts: readonly number[] | null,
  { batch, classes, blank, stride }: LabelLayout,
): void {
  if (labels === null || counts === null) return
  let start = 0
  for (let n = 0; n < batch; n++) {
    const row = labels.slice(start, start + counts[n]!)
    const wrong = row.find((label) => !(label >= 0 && label < classes) || label === blank)
    if (wrong !== undefined) {
      throw new OutOfRangeError(
        `${who}: labels are 0…${classes - 1} without the blank ${blank}, got ${wrong} in sequence ${n}`,
      )
    }
    start += stride ?? counts[n]!
  }
}
