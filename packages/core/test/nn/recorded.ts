import { expect } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { type DType, isFloat } from '../../src/graph/dtype.ts'
import type { Module } from '../../src/nn/module.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'

/** A tensor of a recorded run; what JSON has no number for is a string. */
interface RecordedTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: readonly (number | string | boolean)[]
}

/** One case of `fixtures/torch-*.json`; see `tools/golden/recording.py`. */
export interface Recorded {
  readonly inputs: readonly RecordedTensor[]
  readonly state: Readonly<Record<string, RecordedTensor>>
  readonly outputs: readonly RecordedTensor[]
  readonly gradients: readonly (RecordedTensor | null)[]
  readonly parameterGradients: Readonly<Record<string, RecordedTensor | null>>
  readonly buffersAfter: Readonly<Record<string, RecordedTensor>>
}

export interface ReplayOptions {
  /** The module whose state was recorded; made with `dtype: 'float64'`. */
  readonly module?: Module
  /** Largest difference, relative to the larger of 1 and the recorded number. Default 1e-10. */
  readonly bound?: number
}

type Outputs = Tensor | readonly Tensor[]
type Run = (...inputs: Tensor[]) => Outputs | Promise<Outputs>

/**
 * Expects `run` to compute what PyTorch did: outputs, gradients of inputs and parameters, and buffers after the run.
 *
 * @param fixture - the imported JSON, whose type TypeScript infers too narrowly to be of use
 */
export async function expectRecorded(
  fixture: { readonly cases: object },
  name: string,
  run: Run,
  { module, bound = 1e-10 }: ReplayOptions = {},
): Promise<void> {
  const recorded = (fixture.cases as Readonly<Record<string, Recorded>>)[name]
  if (recorded === undefined) throw new Error(`no recorded case ${name}`)
  module?.loadStateDict(new Map(Object.entries(recorded.state).map(([key, value]) => [key, tensorOf(value)])))
  const inputs = recorded.inputs.map((input) => tensorOf(input, isFloat(input.dtype as DType)))
  const outputs = [await run(...inputs)].flat() as Tensor[]
  expect(outputs.map((output) => output.shape)).toEqual(recorded.outputs.map(({ shape }) => shape))
  for (const [i, output] of outputs.entries()) await expectTensor(output, recorded.outputs[i]!, bound)
  await expectGradients(recorded, inputs, outputs, module, bound)
  for (const [key, buffer] of module?.namedBuffers() ?? []) {
    if (key in recorded.buffersAfter) await expectTensor(buffer, recorded.buffersAfter[key]!, bound)
  }
}

async function expectGradients(
  { gradients, parameterGradients }: Recorded,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  module: Module | undefined,
  bound: number,
): Promise<void> {
  const differentiable = outputs.filter((output) => output.requiresGrad)
  if (differentiable.length === 0) return
  const parameters = module?.namedParameters() ?? []
  const wanted = [...inputs, ...parameters.map(([, parameter]) => parameter)]
  const expected = [...gradients, ...parameters.map(([key]) => parameterGradients[key] ?? null)]
  const found = gradientsOf(
    differentiable.map((output) => output.value),
    wanted.map((leaf) => leaf.value),
    differentiable.map((output) => seedOf(output).value),
  )
  for (const [i, gradient] of found.entries()) {
    const wants = expected[i]
    if (wants == null) continue
    if (gradient === null) expect(wants.data.every((x) => x === 0)).toBe(true)
    else await expectTensor(new Tensor(gradient), wants, bound)
  }
}

function seedOf(output: Tensor): Tensor {
  const data = Float64Array.from({ length: output.numel }, (_, i) => Math.sin(i + 0.5))
  return tensor(data, { shape: output.shape, dtype: output.dtype })
}

function tensorOf({ dtype, shape, data }: RecordedTensor, requiresGrad = false): Tensor {
  return tensor(data.map(Number), { shape, dtype: dtype as DType, requiresGrad })
}

async function expectTensor(got: Tensor, { dtype, shape, data }: RecordedTensor, bound: number): Promise<void> {
  expect([got.dtype, got.shape]).toEqual([dtype, shape])
  const numbers = Array.from(await got.data(), Number)
  const expected = data.map(Number)
  // What is not finite is compared as such.
  expect(numbers.filter((x) => !Number.isFinite(x))).toEqual(expected.filter((x) => !Number.isFinite(x)))
  const finite = expected.flatMap((x, i) => (Number.isFinite(x) ? [i] : []))
  expectWithin(
    finite.map((i) => numbers[i]!),
    finite.map((i) => expected[i]!),
    bound,
  )
}
