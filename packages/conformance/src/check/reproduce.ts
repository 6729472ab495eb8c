import type { HostTensor } from '@voltaic/core/graph'
import { broadcastShapes, type None, record, type Shape, sameShape, type Value } from '@voltaic/core/graph'
import type { CaseContext } from '../suite/case.ts'
import { type Comparison, type Difference, firstDifference } from './compare.ts'
import { evaluate } from './evaluate.ts'
import { numbersOf } from './numbers.ts'
import { type HostStorage, leaf } from './operands.ts'

/** What went wrong, as small as it could be made. */
export interface Reproduction {
  readonly output: Value
  readonly got: HostTensor
  readonly difference: Difference
}

interface Failing {
  readonly output: Value
  readonly expected: ArrayLike<number>
  readonly comparison: Comparison
}

/**
 * Looks for less that fails as well: the output alone, without what was computed beside it; and of an elementwise op the
 * one element, 0-d.
 */
export async function reproduce(context: CaseContext, failing: Failing, first: Difference): Promise<Reproduction> {
  const whole = await attempt(context, failing)
  const elementwise = scalarUse(failing.output, first.index)
  if (elementwise !== null) {
    const expected = [failing.expected[first.index]!]
    const least = await attempt(context, { output: elementwise, expected, comparison: failing.comparison })
    if (least !== null) return least
  }
  if (whole !== null) return whole
  // Alone it comes out right: what is beside it matters, and the whole case is the reproduction.
  const [got] = await evaluate(context.accelerator, [failing.output]).catch(() => [])
  return { output: failing.output, got: got ?? emptyOf(failing.output), difference: first }
}

async function attempt(context: CaseContext, { output, expected, comparison }: Failing): Promise<Reproduction | null> {
  try {
    const [got] = await evaluate(context.accelerator, [output])
    const difference = firstDifference(got!, expected, comparison)
    return difference && { output, got: got!, difference }
  } catch {
    return null
  }
}

/** The op on the elements at `index` alone, where it is elementwise and reads leaves; else null. */
function scalarUse({ node, spec }: Value, index: number): Value | null {
  const { inputs, op, attributes, outputs } = node
  const tensors = inputs.map(({ storage }) => (storage as Partial<HostStorage> | null)?.tensor)
  if (inputs.length === 0 || outputs.length > 1 || spec.rank === 0 || tensors.some((tensor) => tensor === undefined))
    return null
  const together = inputs.reduce<Shape | undefined>(
    (shape, { spec }) => shape && broadcastShapes(shape, spec.shape),
    [],
  )
  if (together === undefined || !sameShape(together, spec.shape)) return null
  try {
    const scalars = tensors.map((tensor) => {
      const numbers = numbersOf(tensor!)
      return leaf([numbers[broadcastIndex(index, spec.shape, tensor!.shape)]!], [], tensor!.dtype)
    })
    const [output] = record(op as never, scalars, attributes.values as None as never)
    return output!.spec.rank === 0 ? output! : null
  } catch {
    return null
  }
}

/** Where in an operand of `from` the element is that broadcasts to flat `index` of `shape`. */
function broadcastIndex(index: number, shape: Shape, from: Shape): number {
  let [rest, offset, stride] = [index, 0, 1]
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const place = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
    const n = from[axis - (shape.length - from.length)]
    if (n === undefined) continue
    if (n > 1) offset += place * stride
    stride *= n
  }
  return offset
}

function emptyOf({ spec }: Value): HostTensor {
  return { data: new Uint8Array(spec.size), shape: spec.shape, dtype: spec.dtype }
}
