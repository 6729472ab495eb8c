import type { Accelerator } from '@voltaic/core'
import type { HostTensor, Value } from '@voltaic/core/graph'
import { type Difference, firstDifference, formatDifference } from '../../check/compare.ts'
import { compileValues, evaluate, type Program } from '../../check/evaluate.ts'
import { detailsOf } from '../../check/expect.ts'
import { numbersOf, tensorOf } from '../../check/numbers.ts'
import { type HostStorage, Operands } from '../../check/operands.ts'
import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { dtypesOf } from '../ops/make-cases.ts'
import type { OpCases } from '../ops/op-cases.ts'
import { leavesOf, recordedGradients } from './recorded-gradients.ts'

/** What is drawn must stay away from kinks and jumps: one seed that is known to. */
const fixedSeed = 20_240_229
const mostElements = 48
const mostUses = 3

/**
 * The reference's gradient of an op against central differences, in float64: so that it is no matter of opinion which of
 * two gradients is the right one. It does not depend on the accelerator under test.
 */
export function differenceCase(name: string, entry: OpCases): ConformanceCase[] {
  if (!dtypesOf(name, entry).includes('float64')) return []
  const id = `gradients/${name}/differences`
  const uses = (layout: 'plain' | 'specs') =>
    smallUses(entry, new Operands(fixedSeed, id, { layout, requiresGrad: true }))
  if (uses('specs').length === 0) return []
  const run = async ({ reference }: CaseContext) => {
    for (const use of uses('plain')) await expectGradient(reference, use)
  }
  return [{ id, layer: 3, requires: {}, run }]
}

interface Use {
  readonly outputs: readonly Value[]
  readonly leaves: readonly Value[]
  readonly cotangents: readonly Value[]
}

function smallUses({ uses }: OpCases, operands: Operands): Use[] {
  const small: Use[] = []
  for (const use of uses(operands, 'float64')) {
    const outputs = [use as Value | readonly Value[]].flat().filter((output) => output.requiresGrad)
    const leaves = leavesOf(outputs)
    const size = leaves.reduce((total, { spec }) => total + spec.size, 0)
    if (size === 0 || size > mostElements) continue
    small.push({ outputs, leaves, cotangents: outputs.map(({ spec }) => operands.tensor(spec.dtype, spec.shape)) })
  }
  // The last ones are the largest and the most general.
  return small.slice(-mostUses)
}

async function expectGradient(reference: Accelerator, { outputs, leaves, cotangents }: Use): Promise<void> {
  const gradients = recordedGradients(outputs, leaves, cotangents)
  const weights = cotangents.map((cotangent) => numbersOf((cotangent.storage as HostStorage).tensor))
  const program = await compileValues(reference, outputs)
  try {
    for (const [i, leaf] of leaves.entries()) {
      const expected = await differencesOf(program, leaf, weights)
      const gradient = gradients[i] ?? null
      const got = gradient === null ? zerosLike(leaf) : (await evaluate(reference, [gradient]))[0]!
      const difference = firstDifference(got, expected, { kind: 'difference' })
      if (difference !== null) throw failure(outputs[0]!, got, difference)
    }
  } finally {
    program.dispose()
  }
}

// Of the third root of the epsilon, so that truncation and rounding both stay near 1e-10.
const relativeStep = Number.EPSILON ** (1 / 3)

async function differencesOf(
  program: Program,
  leaf: Value,
  weights: readonly ArrayLike<number>[],
): Promise<Float64Array> {
  const { shape } = leaf.spec
  const x = numbersOf((leaf.storage as HostStorage).tensor)
  const weightedSumAt = async (i: number, xi: number) => {
    const moved = tensorOf(x.with(i, xi), shape, leaf.spec.dtype)
    return weightedSum(await program.run(new Map([[leaf, moved]])), weights)
  }
  const gradient = new Float64Array(x.length)
  for (const [i, xi] of x.entries()) {
    const step = relativeStep * Math.max(1, Math.abs(xi))
    const [above, below] = [xi + step, xi - step]
    gradient[i] = ((await weightedSumAt(i, above)) - (await weightedSumAt(i, below))) / (above - below)
  }
  return gradient
}

function weightedSum(outputs: readonly HostTensor[], weights: readonly ArrayLike<number>[]): number {
  let sum = 0
  for (const [i, output] of outputs.entries())
    for (const [j, y] of numbersOf(output).entries()) sum += weights[i]![j]! * y
  return sum
}

function zerosLike({ spec }: Value): HostTensor {
  return tensorOf(new Float64Array(spec.size), spec.shape, spec.dtype)
}

function failure(output: Value, got: HostTensor, difference: Difference): ConformanceFailure {
  const where = formatDifference(got, difference)
  return new ConformanceFailure(
    `${output.node.op.name}: the reference's gradient is not that of differences, ${where}`,
    {
      ...detailsOf({ seed: fixedSeed }, output),
      expected: difference.expected,
      got: difference.got,
      firstDifference: where,
    },
  )
}
