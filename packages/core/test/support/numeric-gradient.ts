import type { HostTensor } from '../../src/graph/host-tensor.ts'
import type { Value } from '../../src/graph/value.ts'
import { leafOf, numbersOf, tensorOf } from './host-tensors.ts'
import { type Program, withProgram } from './run-values.ts'

/**
 * The gradient of Σ cotangent · f(inputs) by central differences in float64 on the reference accelerator.
 *
 * With the cube root of the epsilon as relative step, truncation and rounding both stay near 1e-10 of values near 1.
 *
 * @param f - records the outputs; runs once
 * @param inputs - float64 where a gradient is wanted; the others (indices) stay as they are
 * @param cotangents - one an output, each of its output's shape; null for an output that does not count
 * @returns for each input its gradient, null for one that is not float64
 */
export function numericGradient(
  f: (...inputs: Value[]) => Value | readonly Value[],
  inputs: readonly HostTensor[],
  cotangents: readonly (HostTensor | null)[],
): Promise<(Float64Array | null)[]> {
  const leaves = inputs.map((input) => leafOf(input))
  const outputs = [f(...leaves)].flat()
  const weights = cotangents.map((cotangent) => cotangent && numbersOf(cotangent))
  return withProgram(outputs, async (program) => {
    const gradients: (Float64Array | null)[] = []
    for (const [i, input] of inputs.entries()) {
      gradients.push(input.dtype === 'float64' ? await gradientOf(program, leaves[i]!, input, weights) : null)
    }
    return gradients
  })
}

const relativeStep = Number.EPSILON ** (1 / 3)

async function gradientOf(
  { run }: Program,
  leaf: Value,
  input: HostTensor,
  weights: readonly (readonly number[] | null)[],
): Promise<Float64Array> {
  const x = numbersOf(input)
  const weightedSumAt = async (i: number, xi: number) => {
    const moved = tensorOf(x.with(i, xi), input.shape, 'float64')
    return weightedSum(await run(new Map([[leaf, moved]])), weights)
  }
  const gradient = new Float64Array(x.length)
  for (const [i, xi] of x.entries()) {
    const step = relativeStep * Math.max(1, Math.abs(xi))
    const [above, below] = [xi + step, xi - step]
    gradient[i] = ((await weightedSumAt(i, above)) - (await weightedSumAt(i, below))) / (above - below)
  }
  return gradient
}

function weightedSum(outputs: readonly HostTensor[], weights: readonly (readonly number[] | null)[]): number {
  let sum = 0
  for (const [i, output] of outputs.entries()) {
    const weight = weights[i]
    if (weight) for (const [j, y] of numbersOf(output).entries()) sum += weight[j]! * y
  }
  return sum
}
