import type { DType } from '../../src/graph/dtype.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import recorded from './fixtures/optimizers.json' with { type: 'json' }

/** The two parameters of the recorded runs, a (2 × 2) and b (3). */
export function parameters(dtype: DType = 'float64'): [a: Parameter, b: Parameter] {
  return [new Parameter(tensor(recorded.a, { dtype })), new Parameter(tensor(recorded.b, { dtype }))]
}

/** The loss of the recorded runs: not convex, and its terms couple a and b. */
export function loss(a: Tensor, b: Tensor): Tensor {
  const [a00, a01, a10, a11] = elements(a)
  const [b0, b1, b2] = elements(b)
  return a00!
    .sub(1)
    .square()
    .add(a01!.sub(a00!.square()).square().mul(5))
    .add(a10!.mul(3).mul(b0!).sin().mul(0.5))
    .add(a11!.mul(b1!).sub(0.3).square())
    .add(b2!.pow(4).mul(0.25))
    .sub(b2!.square().mul(0.5))
    .add(b0!.add(b1!.mul(2)).cos().mul(0.1))
    .add(a11!.mul(a00!).tanh())
}

function elements(x: Tensor): Tensor[] {
  const flat = x.flatten()
  return Array.from({ length: x.numel }, (_, i) => flat.slice(0, i, i + 1).reshape([]))
}

/** The elements of `x`, flat. */
export async function flat(x: Tensor): Promise<number[]> {
  return Array.from(await x.data())
}
