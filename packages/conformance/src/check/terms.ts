import type { ConvAttributes, PoolAttributes, ReduceAttributes, ShapeAttributes, Value } from '@voltaic/core/graph'

/** How many terms an element of `value` adds up, itself or on the way to it; 1 for what adds nothing up. */
export function termsOf(value: Value): number {
  return largestTerms(value, new Map())
}

function largestTerms(value: Value, known: Map<Value, number>): number {
  const before = known.get(value)
  if (before !== undefined) return before
  const terms = Math.max(ownTerms(value), ...value.node.inputs.map((input) => largestTerms(input, known)))
  known.set(value, terms)
  return terms
}

function ownTerms({ node }: Value): number {
  const { inputs } = node
  const attributes = node.attributes.values
  const shapeOf = (i: number) => inputs[i]!.spec.shape
  switch (node.op.name) {
    case 'sum':
    case 'prod':
      return product((attributes as ReduceAttributes).axes.map((axis) => shapeOf(0)[axis]!))
    case 'cumsum':
      return shapeOf(0)[(attributes as { axis: number }).axis]!
    case 'matmul': {
      const { transposeA } = attributes as { transposeA: boolean }
      return shapeOf(0).at(transposeA ? -2 : -1)!
    }
    case 'conv':
      return product(shapeOf(1).slice(1))
    case 'convInputGrad':
      return product(shapeOf(1)) / (shapeOf(1)[1]! * (attributes as ConvAttributes).groups)
    case 'convWeightGrad':
      return product(shapeOf(1)) / Math.max(1, shapeOf(1)[1]!)
    case 'avgPool':
      return product((attributes as PoolAttributes).kernel)
    case 'avgPoolGrad':
      return product((attributes as PoolAttributes & ShapeAttributes).kernel)
    case 'maxPoolGrad':
      return Math.max(1, shapeOf(0).length)
    case 'indexAdd':
    case 'scatterAdd':
      return product(shapeOf(1)) + 1
    default:
      return 1
  }
}

function product(numbers: readonly number[]): number {
  return Math.max(
    1,
    numbers.reduce((total, n) => total * n, 1),
  )
}
