import type { DType } from '@voltaic/core'
import * as g from '@voltaic/core/graph'
import { broadcastShapes, isFloat, type Shape, sameShape, type Value } from '@voltaic/core/graph'
import { Operands } from '../../check/operands.ts'

const shapes: readonly Shape[] = [[6, 6], [6], [6, 1], [2, 6, 6], []]
const integers: readonly DType[] = ['int32', 'uint32', 'uint8']
const side = 6
const rough: ReadonlySet<string> = new Set([
  ...['tanh', 'sigmoid', 'atan2', 'sum', 'cumsum', 'matmul', 'conv', 'avgPool'],
])
/** What all shapes broadcast to. */
const whole: Shape = [2, side, side]

/** How far apart a number may be that was computed in another order, or by another approximation. */
const roughness: Partial<Record<DType, number>> = {
  float32: 2e-4,
  float64: 1e-11,
  float16: 1e-2,
  bfloat16: 8e-2,
}

/**
 * Outputs of a random graph, for tests of planners: nodes of all dtypes that read one another, whose leaves have specs and no
 * data.
 *
 * @param floats - the float dtypes of the graph; integers and bool are in every one
 * @param steps - how many nodes. Default 40
 */
export function randomOutputs(seed: number, floats: readonly DType[], steps = 40): readonly Value[] {
  return new RandomGraph(new Operands(seed, 'random-outputs', { layout: 'specs' }), floats, steps).outputs()
}

/**
 * Nodes of all dtypes that read one another. Floats stay within [−1, 1], and no step makes much of a small difference: what
 * branches, truncates or sorts takes only numbers that were computed exactly.
 */
export class RandomGraph {
  readonly #random: Operands
  readonly #floats: readonly DType[]
  readonly #leaves: number
  readonly #values: Value[] = []
  readonly #errors: Map<Value, number> = new Map()

  /** @param floats - the float dtypes of the graph; integers and bool are in every one */
  constructor(random: Operands, floats: readonly DType[], steps = 40) {
    this.#random = random
    this.#floats = floats
    for (const dtype of this.#dtypes) {
      const range = isFloat(dtype) ? { min: -1, max: 1 } : undefined
      for (const shape of shapes) this.#values.push(random.tensor(dtype, shape, range))
    }
    this.#leaves = this.#values.length
    while (this.#values.length < this.#leaves + steps) {
      const made = random.choose([() => this.#float(), () => this.#float(), () => this.#whole(), () => this.#moved()])()
      this.#noteError(made)
      if (sameShape(broadcastShapes(made.spec.shape, whole) ?? [], whole)) this.#values.push(made)
    }
  }

  /** About a third of what was made, and the last. */
  outputs(): Value[] {
    const made = this.#values.slice(this.#leaves)
    return made.filter(() => this.#random.number() < 0.3).concat(made.at(-1)!)
  }

  /** How far the numbers of a value may be from one another, whoever computes it. */
  errorOf(x: Value): number {
    return this.#errors.get(x) ?? 0
  }

  get #dtypes(): readonly DType[] {
    return [...this.#floats, ...integers, 'bool']
  }

  #float(): Value {
    const dtype = this.#random.choose(this.#floats)
    const any = (fits?: (x: Value) => boolean) => this.#any([dtype], fits)
    const exact = () => this.#any([dtype], (x) => this.errorOf(x) === 0)
    const matrix = () => any(hasShape([side, side]))
    const times = (x: Value, factor: number) => g.mul(x, g.literalLike(x, factor))
    return this.#random.choose<() => Value>([
      () => times(g.add(any(), any()), 0.5),
      () => times(g.sub(any(), any()), 0.5),
      () => g.mul(any(), any()),
      () => g.maximum(any(), g.literal(-0.5, dtype)),
      () => g.neg(g.abs(any())),
      () => g.where(this.#any(['bool']), any(), any()),
      () => g.cast(this.#any(this.#floats), dtype),
      () => times(g.cast(g.remainder(this.#any(['uint8']), g.literal(7, 'uint8')), dtype), 0.125),
      () => g.max(any(hasAxes(1)), [0]),
      () => g.tanh(any()),
      () => g.sigmoid(any()),
      () => times(g.atan2(any(), g.add(any(), g.literal(2, dtype))), 0.5),
      () => times(g.sum(any(hasAxes(2)), [1], true), 1 / side),
      () => times(g.cumsum(matrix(), 0), 1 / side),
      () => times(g.matmul(matrix(), matrix()), 1 / side),
      () => times(this.#convolved(matrix(), matrix()), 1 / 9),
      () => this.#pooled(matrix()),
      () =>
        g.sort(
          this.#any([dtype], (x) => this.errorOf(x) === 0 && x.spec.rank > 0),
          0,
          true,
        )[0],
      () => g.round(times(exact(), 3)),
    ])()
  }

  #whole(): Value {
    const dtype = this.#random.choose(integers)
    const any = (fits?: (x: Value) => boolean) => this.#any([dtype], fits)
    const anyExact = () => this.#any(this.#dtypes, (x) => this.errorOf(x) === 0)
    const compared = () => {
      const x = anyExact()
      return [x, this.#any([x.spec.dtype], (y) => this.errorOf(y) === 0)] as const
    }
    const apply = (op: g.Binary) => op(any(), any())
    return this.#random.choose<() => Value>([
      () => apply(this.#random.choose([g.add, g.sub, g.mul, g.minimum, g.maximum])),
      () => apply(this.#random.choose([g.and, g.or, g.xor, g.shiftLeft, g.shiftRight, g.floorDivide, g.remainder])),
      () => g.where(this.#any(['bool']), any(), any()),
      () => g.cast(anyExact(), dtype),
      () => g.cast(anyExact(), 'bool'),
      () => g.less(...compared()),
      () => g.equal(...compared()),
      () => g.not(this.#any(['bool', dtype])),
      () => g.sum(any(hasAxes(2)), [1], true),
      () => g.cumsum(any(hasAxes(1)), 0, { reverse: true }),
      () =>
        g.argmax(
          this.#any(this.#dtypes, (x) => this.errorOf(x) === 0 && x.spec.rank > 0),
          0,
        ),
    ])()
  }

  #moved(): Value {
    const x = this.#any(this.#dtypes, hasAxes(2))
    const { rank, shape } = x.spec
    const last = rank - 1
    const back = [...shape.keys()].reverse()
    const rows = g.cast(g.remainder(this.#any(['uint8'], hasShape([side])), g.literal(shape[last]!, 'uint8')), 'int32')
    const places = g.broadcastTo(rows, shape.with(last, side))
    return this.#random.choose<() => Value>([
      () => g.permute(g.maximum(g.permute(x, back), g.permute(x, back)), back),
      () => (rank === 2 ? g.permute(x, back) : g.permute(x, [0, 2, 1])),
      () => g.flip(x, [0, last]),
      () => g.reshape(g.minimum(g.reshape(x, [x.spec.size]), g.reshape(x, [x.spec.size])), shape),
      () => g.sliceAxis(g.concat([x, x], 0), 0, 1, shape[0]! + 1),
      () => g.concat([g.sliceAxis(x, last, 0, shape[last]!, 2), g.sliceAxis(x, last, 1, shape[last]!, 2)], last),
      () => g.pad(g.sliceAxis(x, 0, 0, 1), [[shape[0]! - 1, 0], ...shape.slice(1).map(() => [0, 0] as const)]),
      () => g.broadcastTo(x, [2, side, side]),
      () => g.indexSelect(x, rows, last),
      () => g.gather(x, places, last),
      () => g.scatter(x, places, g.broadcastTo(x, places.spec.shape), last),
    ])()
  }

  #convolved(x: Value, w: Value): Value {
    const kernel = g.reshape(g.slice(w, [0, 0], [3, 3]), [1, 1, 3, 3])
    const padding = [
      [1, 1],
      [2, 0],
    ] as const
    const attributes = { stride: [1, 1], padding, dilation: [1, 1], groups: 1 }
    return g.reshape(g.conv(g.reshape(x, [1, 1, side, side]), kernel, attributes), [side, side])
  }

  #pooled(x: Value): Value {
    const padding = [
      [1, 0],
      [0, 1],
    ] as const
    const attributes = { kernel: [2, 2], stride: [1, 1], padding }
    const image = g.reshape(x, [1, 1, side, side])
    const pool = this.#random.choose([
      (y: Value) => g.maxPool(y, attributes)[0],
      (y: Value) => g.avgPool(y, attributes),
    ])
    return g.reshape(pool(image), [side, side])
  }

  #any(dtypes: readonly DType[], fits: (x: Value) => boolean = () => true): Value {
    return this.#random.choose(this.#values.filter((x) => dtypes.includes(x.spec.dtype) && fits(x)))
  }

  /** A value is as exact as what it was computed from; one of a `rough` op is not. */
  #noteError(x: Value): void {
    const { inputs, op } = x.node
    if (this.#errors.has(x)) return
    for (const input of inputs) this.#noteError(input)
    const own =
      isFloat(x.spec.dtype) &&
      (rough.has(op.name) || isRoundedProduct(x) || inputs.some((input) => this.errorOf(input) > 0))
    const error = Math.max(own ? roughness[x.spec.dtype]! : 0, ...inputs.map((input) => this.errorOf(input)))
    this.#errors.set(x, error)
  }
}

function hasAxes(least: number): (x: Value) => boolean {
  return (x) => x.spec.rank >= least
}

function hasShape(shape: Shape): (x: Value) => boolean {
  return (x) => sameShape(x.spec.shape, shape)
}

/** A product that a compiler may join with a sum into one rounding; by a power of two, nothing is rounded. */
function isRoundedProduct({ node }: Value): boolean {
  if (node.op.name !== 'mul') return false
  return !node.inputs.some(({ node: { op, attributes } }) => {
    return (
      op.name === 'literal' && Number.isInteger(Math.log2(Math.abs((attributes.values as { value: number }).value)))
    )
  })
}
