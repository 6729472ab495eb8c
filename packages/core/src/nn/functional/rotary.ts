import { ShapeError } from '../../errors/errors.ts'
import { add, concat, mul, reshape, sub } from '../../graph/build.ts'
import { chunk } from '../../graph/composites/split.ts'
import { broadcastShapes, sameShape } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inWidest } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'

/** How the features of rotary positions are paired. */
export interface RotaryOptions {
  /** Whether a pair is features 2i and 2i + 1 (default: Su et al. 2021, torchtune), or i and i + D / 2 (GPT-NeoX, Llama). */
  readonly interleaved?: boolean
}

/**
 * Turns each pair (a, b) of features by an angle: (a·cos − b·sin, a·sin + b·cos) (Su et al. 2021).
 *
 * @param x - floats `[…, D]`, D even: queries or keys of one head
 * @param cos - `[…, D / 2]`, which broadcasts to the pairs of `x`
 * @param sin - shaped as `cos`
 * @returns shaped as `x`
 * @throws ShapeError when `x` has no pairs, or the angles do not broadcast to them
 * @throws DTypeError when dtypes differ
 */
export function applyRotary(
  input: Tensor,
  cosines: Tensor,
  sines: Tensor,
  { interleaved = true }: RotaryOptions = {},
): Tensor {
  const [x, cos, sin] = inWidest(input, cosines, sines) as [Tensor, Tensor, Tensor]
  requireFloat('applyRotary', x.value)
  checkSameDType('applyRotary', x, cos)
  checkSameDType('applyRotary', x, sin)
  const { shape } = x
  const width = shape.at(-1) ?? 0
  const pairs = [...shape.slice(0, -1), width / 2]
  const fits = (angles: Tensor) => sameShape(broadcastShapes(angles.shape, pairs) ?? [], pairs)
  if (x.ndim === 0 || width % 2 !== 0 || !fits(cos) || !fits(sin)) {
    throw new ShapeError(
      `applyRotary: takes […, D] with an even D, and cos and sin that broadcast to […, D / 2], got ${[x, cos, sin].map((t) => formatShape(t.shape)).join(', ')}`,
    )
  }
  const axis = x.ndim - (interleaved ? 0 : 1)
  // The members of a pair lie along an axis of their own at the end, or before the pairs.
  const split = interleaved ? [...pairs, 2] : shape
  const [a, b] = chunk(reshape(x.value, split), axis, 2).map((member) => reshape(member, pairs))
  const turned = [sub(mul(a!, cos.value), mul(b!, sin.value)), add(mul(a!, sin.value), mul(b!, cos.value))]
  const memberShape = interleaved ? [...pairs, 1] : pairs
  const joined = concat(
    turned.map((member) => reshape(member, memberShape)),
    axis,
  )
  return new Tensor(reshape(joined, shape))
}
