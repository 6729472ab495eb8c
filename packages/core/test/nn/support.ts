import { expect } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { leafAlias } from '../../src/graph/alias.ts'
import { isFloat } from '../../src/graph/dtype.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import type { Shape } from '../../src/graph/spec.ts'
import type { Value } from '../../src/graph/value.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { leafOf, numbersOf, SeededTensors } from '../support/host-tensors.ts'
import { numericGradient } from '../support/numeric-gradient.ts'
import { numbers, runValues } from '../support/run-values.ts'
import { expectClose } from '../support/tolerance.ts'

/** sin(phase), sin(phase + 1), …: float64 numbers that the recorded PyTorch runs had, too. */
export function wave(shape: Shape, phase = 0, { requiresGrad = false } = {}): Tensor {
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + phase))
  return tensor(data, { shape, requiresGrad })
}

/** Expects the elements of `x`, flat, to ten digits: what the recorded runs print. */
export async function expectNumbers(x: Tensor, expected: readonly number[]): Promise<void> {
  const got = await x.data()
  expect(got).toHaveLength(expected.length)
  for (const [i, y] of expected.entries()) expect(got[i]).toBeCloseTo(y, 8 - Math.ceil(Math.log10(1 + Math.abs(y))))
}

type OnTensors = (...inputs: Tensor[]) => Tensor
type OnValues = (...inputs: Value[]) => Value | readonly Value[]

/**
 * Expects the gradients of `f` at `inputs` to agree with central differences, and, with `twice`, those of these gradients,
 * too. Inputs are float64 where they want a gradient.
 */
export async function expectGradients(
  f: OnTensors,
  inputs: readonly HostTensor[],
  { twice = false } = {},
): Promise<void> {
  const once: OnValues = (...values) => f(...values.map((value) => new Tensor(value))).value
  await compare(once, inputs)
  if (twice) await compare((...values) => gradients(once, values), inputs)
}

async function compare(f: OnValues, inputs: readonly HostTensor[]): Promise<void> {
  const leaves = inputs.map((input) => leafOf(input, { requiresGrad: isFloat(input.dtype) }))
  const outputs = [f(...leaves)].flat()
  const seeded = new SeededTensors(1)
  const cotangents = outputs.map(({ spec }) => seeded.tensor('float64', spec.shape))
  const numeric = await numericGradient(f, inputs, cotangents)
  const wanted = leaves.filter((leaf) => leaf.requiresGrad)
  const exact = gradientsOf(
    outputs,
    wanted,
    cotangents.map((cotangent) => leafOf(cotangent)),
  )
  const expected = numeric.filter((gradient) => gradient !== null)
  for (const [i, gradient] of exact.entries()) {
    const [got] = gradient === null ? [null] : await runValues([gradient])
    if (got === null || got === undefined) expect(expected[i]!.every((x) => Math.abs(x) < 1e-8)).toBe(true)
    else expectClose(got, expected[i]!, 'gradient')
  }
}

/** The gradients of Σ w·f as functions that can be differentiated again. */
function gradients(f: OnValues, values: readonly Value[]): readonly Value[] {
  const leaves = values.map((value) =>
    isFloat(value.spec.dtype) && !value.requiresGrad ? leafAlias(value, null) : value,
  )
  const outputs = [f(...leaves)].flat()
  const seeded = new SeededTensors(2)
  const seeds = outputs.map(({ spec }) => leafOf(seeded.tensor('float64', spec.shape)))
  const wanted = leaves.filter((leaf) => isFloat(leaf.spec.dtype))
  // What a gradient is constant in has none of its own.
  const found = gradientsOf(outputs, wanted, seeds, { createGraph: true })
  return found.filter((gradient) => gradient?.requiresGrad === true) as Value[]
}

/** What `f` makes of host tensors. */
export function apply(f: OnTensors, inputs: readonly HostTensor[]): Promise<number[]> {
  return numbers(f(...inputs.map((input) => new Tensor(leafOf(input)))).value)
}

/** Expects `f` of `inputs`, all float64, to be `expected`. */
export async function expectForward(
  f: OnTensors,
  inputs: readonly HostTensor[],
  expected: readonly number[],
): Promise<void> {
  const [got] = await runValues([f(...inputs.map((input) => new Tensor(leafOf(input)))).value])
  expectClose(got!, expected, 'accumulation')
}

export { numbersOf }
