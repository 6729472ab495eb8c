import { expect } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { leafAlias } from '../../src/graph/alias.ts'
import { isFloat } from '../../src/graph/dtype.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import type { Value } from '../../src/graph/value.ts'
import { leafOf, SeededTensors, tensorOf } from '../support/host-tensors.ts'
import { numericGradient } from '../support/numeric-gradient.ts'
import { runValues } from '../support/run-values.ts'
import { expectClose } from '../support/tolerance.ts'

/** A function on values, to be differentiated by its float64 arguments. */
export type Recorded = (...inputs: Value[]) => Value | readonly Value[]

/** Expects the gradients of Σ weight · f(inputs), with random weights, to be what central differences find. */
export async function expectGradient(f: Recorded, inputs: readonly HostTensor[], seed = 1): Promise<void> {
  const leaves = inputs.map((input) => leafOf(input, { requiresGrad: true }))
  const outputs = [f(...leaves)].flat()
  const weights = outputs.map(({ spec }, i) =>
    isFloat(spec.dtype) ? new SeededTensors(seed + i).tensor('float64', spec.shape) : null,
  )
  const differentiable = outputs.flatMap((output, i) => (output.requiresGrad ? [i] : []))
  const wanted = leaves.filter((leaf) => leaf.spec.dtype === 'float64')
  const gradients = gradientsOf(
    differentiable.map((i) => outputs[i]!),
    wanted,
    differentiable.map((i) => leafOf(weights[i]!)),
  )
  const numeric = (await numericGradient(f, inputs, weights)).filter((gradient) => gradient !== null)
  for (const [i, gradient] of gradients.entries()) {
    const { shape } = wanted[i]!.spec
    const nothing = () => tensorOf(new Array<number>(sizeOf(shape)).fill(0), shape, 'float64')
    const result = gradient === null ? nothing() : (await runValues([gradient]))[0]!
    expect(result.shape).toEqual(shape)
    expectClose(result, numeric[i]!, 'gradient')
  }
}

/** Expects the gradient of the gradient of Σ weight · f(inputs) to be right. */
export async function expectSecondGradient(f: Recorded, inputs: readonly HostTensor[], seed = 1): Promise<void> {
  const gradient: Recorded = (...leaves) => {
    const arguments_ = leaves.map((leaf) => (leaf.spec.dtype === 'float64' ? leafAlias(leaf, null) : leaf))
    // Leaves that are differentiated already must stay in sight of the outer gradient.
    const through = leaves.map((leaf, i) => (leaf.requiresGrad ? leaf : arguments_[i]!))
    const outputs = [f(...through)].flat().filter((output) => output.requiresGrad)
    const weights = outputs.map(({ spec }, i) =>
      leafOf(new SeededTensors(seed + 100 + i).tensor('float64', spec.shape)),
    )
    const wanted = through.filter((leaf) => leaf.spec.dtype === 'float64')
    const gradients = gradientsOf(outputs, wanted, weights, { createGraph: true })
    return gradients.filter((g) => g !== null)
  }
  await expectGradient(gradient, inputs, seed)
}
