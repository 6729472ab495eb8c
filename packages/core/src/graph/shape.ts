import { OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { formatShape, type Shape } from './spec.ts'

/**
 * The shape in which two operands meet under NumPy's broadcasting rule, or `undefined` when they do not.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1
    const y = b[b.length - i] ?? 1
    if (x !== y && x !== 1 && y !== 1) return undefined
    out[rank - i] = x === 1 ? y : x
  }
  return out
}

/**
 * Refuses a shape that is no list.
 *
 * @throws ShapeError
 */
export function checkShape(who: string, shape: unknown): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${who}: a shape is a list of dimensions, got ${String(shape)}; write [${String(shape)}]`)
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i])
}

/** Number of elements of a tensor of `shape`. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= shape[i]!
  }
  return strides
}

/**
 * `axis` counted from the front; negative axes count from the back.
 *
 * @throws OutOfRangeError when there is no such axis
 */
export function resolveAxis(who: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new OutOfRangeError(`${who}: no such axis in a tensor of ${rank} dimensions, got ${axis}`)
  }
  return resolved
}

/** Axes resolved, sorted, each once; `undefined` stands for all of them. */
export function resolveAxes(who: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i)
  const list = typeof axes === 'number' ? [axes] : axes
  const resolved = list.map((axis) => resolveAxis(who, axis, rank)).sort((a, b) => a - b)
  if (new Set(resolved).size !== resolved.length) {
    throw new OutOfRangeError(`${who}: an axis is named twice, got ${formatShape(list)}`)
  }
  return resolved
}

/** The shape left after reducing `axes` (resolved, sorted). */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const out: number[] = []
  for (let i = 0; i < shape.length; i++) {
    if (!axes.includes(i)) out.push(shape[i]!)
    else if (keepDims) out.push(1)
  }
  return out
}

/**
 * `shape` with its one `-1` replaced by what `size` elements leave for it.
 *
 * @throws ShapeError when the sizes do not match
 */
export function resolveReshape(size: number, from: Shape, shape: Shape): Shape {
  const unknown = shape.indexOf(-1)
  const mismatch = () =>
    new ShapeError(
      `reshape: sizes differ, got ${formatShape(from)} to ${formatShape(shape)}; both hold the same number of elements`,
    )
  if (unknown === -1) {
    if (sizeOf(shape) !== size) throw mismatch()
    return shape
  }
  const known = shape.reduce((product, dimension, i) => (i === unknown ? product : product * dimension), 1)
  if (shape.indexOf(-1, unknown + 1) !== -1 || known === 0 || size % known !== 0) throw mismatch()
  return shape.map((dimension, i) => (i === unknown ? size / known : dimension))
}
