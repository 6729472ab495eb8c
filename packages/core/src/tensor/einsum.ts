import { DTypeError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { alias } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { resolveAxis } from '../graph/shape.ts'
import { formatShape, formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { lowered, widestOf } from './autocast.ts'
import { arranged, contract, type Labelled, sumOver } from './contract.ts'
import { operandLabels, outputLabels, parseEquation } from './equation.ts'
import { valueOf } from './methods/handle.ts'
import { Tensor } from './tensor.ts'

/**
 * Sums of products in Einstein's notation: `einsum('bik,bkj->bij', a, b)`. A letter a dimension, a comma between operands;
 * what the output does not name is summed over. A letter twice in one operand takes its diagonal; `...` stands for the
 * dimensions that no letter names, which broadcast from the right. Without `->` the output has `...` and then, in
 * alphabetical order, the letters that occur once.
 *
 * Operands are multiplied from left to right, each two by one batched matrix product: order them so that the small products
 * come first. A dimension of length 1 broadcasts against a longer one of the same letter.
 *
 * @throws ShapeError when the equation is none, or does not fit the operands: the message names the letter
 * @throws DTypeError when the operands are bool, or of different dtypes
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const values = operands.map((operand) => lowered(valueOf('einsum', operand)))
  checkDTypes('einsum', values)
  const { inputs, output } = parseEquation(equation, values.length)
  const terms = values.map((value, i) => ({ value, labels: operandLabels(inputs[i]!, i, value.spec.shape) }))
  const wanted = outputLabels(inputs, output, terms)
  const [first, ...others] = fitted(terms.map(diagonals))
  let product = first!
  for (const [i, term] of others.entries()) {
    const later = others.slice(i + 1)
    product = contract(
      product,
      term,
      (label) => wanted.includes(label) || later.some(({ labels }) => labels.includes(label)),
    )
  }
  const result = arranged(
    sumOver(product, (label) => wanted.includes(label)),
    wanted,
  )
  return new Tensor(values.includes(result) ? alias(result) : result)
}

function checkDTypes(who: string, values: readonly Value[]): void {
  const [first] = values
  for (const { spec } of values) {
    if (spec.dtype === 'bool') throw new DTypeError(`${who}: takes numbers, got ${formatSpec(spec)}; cast it first`)
    if (spec.dtype === first!.spec.dtype) continue
    throw new DTypeError(
      `${who}: dtypes differ, got ${formatSpec(first!.spec)} and ${formatSpec(spec)}; cast one of them`,
    )
  }
}

/** A letter that stands twice takes the diagonal of its dimensions. */
function diagonals({ value, labels }: Labelled<string>, operand: number): Labelled<string> {
  const twice = labels.findIndex((label, axis) => labels.indexOf(label) !== axis)
  if (twice === -1) return { value, labels }
  const first = labels.indexOf(labels[twice]!)
  const { shape } = value.spec
  if (shape[first] !== shape[twice]) {
    throw new ShapeError(
      `einsum: '${labels[twice]}' names dimensions of ${shape[first]} and of ${shape[twice]} in operand ${operand}, got ${formatShape(shape)}`,
    )
  }
  const diagonal = new Tensor(value).diagonal({ dim1: first, dim2: twice }).value
  const rest = labels.filter((_, axis) => axis !== first && axis !== twice)
  return diagonals({ value: diagonal, labels: [...rest, labels[twice]!] }, operand)
}

/** Without the dimensions of length 1 that broadcast against longer ones of the same name. */
function fitted(terms: readonly Labelled<string>[]): Labelled<string>[] {
  const lengths = new Map<string, number>()
  for (const { value, labels } of terms) {
    for (const [axis, label] of labels.entries()) {
      const length = value.spec.shape[axis]!
      const known = lengths.get(label) ?? 1
      if (length !== known && length !== 1 && known !== 1) {
        throw new ShapeError(
          `einsum: '${label.length > 1 ? '...' : label}' stands for two lengths, got ${known} and ${length}`,
        )
      }
      if (length !== 1) lengths.set(label, length)
    }
  }
  return terms.map(({ value, labels }) => {
    const { shape } = value.spec
    const stays = labels.map((label, axis) => shape[axis] !== 1 || (lengths.get(label) ?? 1) === 1)
    return {
      value: build.reshape(
        value,
        shape.filter((_, axis) => stays[axis]),
      ),
      labels: labels.filter((_, axis) => stays[axis]),
    }
  })
}

/**
 * The product of two tensors, summed over dimensions of one with dimensions of the other: the last `dims` of `a` with the
 * first `dims` of `b`, or, of two lists, the i-th of one with the i-th of the other.
 *
 * @param dims - default 2
 * @returns what is left of the shape of `a`, then of the shape of `b`
 * @throws ShapeError when two such dimensions differ in length
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const [left, right] = widestOf([valueOf('tensordot', a), valueOf('tensordot', b)]) as [Value, Value]
  checkDTypes('tensordot', [left, right])
  const [ofA, ofB] = typeof dims === 'number' ? outerAxes(dims, left, right) : dims
  const axesA = ofA.map((dim) => resolveAxis('tensordot', dim, left.spec.rank))
  const axesB = ofB.map((dim) => resolveAxis('tensordot', dim, right.spec.rank))
  const differ = axesA.some((axis, i) => left.spec.shape[axis] !== right.spec.shape[axesB[i]!])
  if (axesA.length !== axesB.length || differ) {
    throw new ShapeError(
      `tensordot: dimensions ${formatShape(ofA)} and ${formatShape(ofB)} do not match, got ${formatSpec(left.spec)} and ${formatSpec(right.spec)}`,
    )
  }
  if (new Set(axesA).size !== axesA.length || new Set(axesB).size !== axesB.length) {
    throw new OutOfRangeError(`tensordot: a dimension is named twice, got ${formatShape(ofA)} and ${formatShape(ofB)}`)
  }
  const labelsA = left.spec.shape.map((_, axis) => (axesA.includes(axis) ? axesA.indexOf(axis) : `a${axis}`))
  const labelsB = right.spec.shape.map((_, axis) => (axesB.includes(axis) ? axesB.indexOf(axis) : `b${axis}`))
  const product = contract<string | number>(
    { value: left, labels: labelsA },
    { value: right, labels: labelsB },
    (label) => typeof label === 'string',
  )
  return new Tensor(product.value)
}

function outerAxes(count: number, a: Value, b: Value): [number[], number[]] {
  if (!(Number.isInteger(count) && count >= 0 && count <= Math.min(a.spec.rank, b.spec.rank))) {
    throw new OutOfRangeError(
      `tensordot: no such number of dimensions in ${formatSpec(a.spec)} and ${formatSpec(b.spec)}, got ${count}`,
    )
  }
  const axes = [...Array(count).keys()]
  return [axes.map((axis) => a.spec.rank - count + axis), axes]
}
