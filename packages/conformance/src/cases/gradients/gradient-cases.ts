import type { DType } from '@voltaic/core'
import { dtypes, isFloat, type Value } from '@voltaic/core/graph'
import { expectLikeReference } from '../../check/expect.ts'
import { type Layout, Operands } from '../../check/operands.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { requirementsOf } from '../../suite/requirements.ts'
import { compositeCases } from '../ops/composites/composites.ts'
import { updateCases } from '../ops/composites/updates.ts'
import { dtypesOf } from '../ops/make-cases.ts'
import type { OpCases } from '../ops/op-cases.ts'
import { primitiveCases } from '../ops/primitives.ts'
import { differenceCase } from './differences.ts'
import { leavesOf, recordedGradients } from './recorded-gradients.ts'

/** Of a float that is a function of floats. */
interface Differentiable {
  readonly name: string
  readonly entry: OpCases
}

/** Layer 3: gradients of every op on every float, against the reference; and the reference's against differences. */
export function gradientCases(): ConformanceCase[] {
  const own = differentiableOps().flatMap(({ name, entry }) => [
    ...dtypesOf(name, entry)
      .filter((dtype) => dtypes.includes(dtype) && isFloat(dtype))
      .flatMap((dtype) => gradientCase(name, entry, dtype)),
    ...differenceCase(name, entry),
  ])
  return own
}

/** No casts, whose gradient is a cast, and no optimizer's update, which nobody differentiates. */
function differentiableOps(): Differentiable[] {
  const tables = [...Object.entries(primitiveCases), ...Object.entries(compositeCases)]
  return tables.flatMap(([name, table]) => {
    if (name === 'cast' || Object.hasOwn(updateCases, name)) return []
    return [table].flat().map((entry) => ({ name, entry: entry as OpCases }))
  })
}

function gradientCase(name: string, entry: OpCases, dtype: DType): ConformanceCase[] {
  const id = `gradients/${name}/${dtype}`
  const record = (seed: number, layout: Layout) =>
    gradientsOfUses(entry, new Operands(seed, id, { layout, requiresGrad: true }), dtype)
  const outputs = record(0, 'specs')
  if (outputs.length === 0) return []
  const run = (context: CaseContext) =>
    expectLikeReference(context, record(context.seed, 'plain'), { kind: 'gradient' })
  return [{ id, layer: 3, requires: requirementsOf(outputs), run }]
}

/** A use with many elements costs more than it tells. */
const mostElements = 10_000

function gradientsOfUses({ uses }: OpCases, operands: Operands, dtype: DType): Value[] {
  const gradients: Value[] = []
  for (const use of uses(operands, dtype)) {
    const outputs = [use as Value | readonly Value[]].flat().filter((output) => output.requiresGrad)
    const leaves = leavesOf(outputs)
    if (outputs.length === 0 || leaves.some(({ spec }) => spec.size > mostElements)) continue
    const cotangents = outputs.map(({ spec }) => operands.tensor(spec.dtype, spec.shape))
    gradients.push(...recordedGradients(outputs, leaves, cotangents).filter((gradient) => gradient !== null))
  }
  return gradients.filter((gradient) => gradient.storage === null)
}
