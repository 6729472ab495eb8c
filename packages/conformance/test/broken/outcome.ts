import { type Accelerator, reference } from '@voltaic/core'
import type { CaseOptions } from '../../src/suite/case.ts'
import { conformanceCases } from '../../src/suite/cases.ts'

const cases = new Map(conformanceCases().map((one) => [one.id, one]))
const seed = 1

/** The error of one case on an accelerator that `create` makes; null when it passes. */
export async function errorOf(
  id: string,
  create: () => Accelerator = reference,
  options: CaseOptions = {},
): Promise<unknown> {
  const one = cases.get(id)
  if (one === undefined) throw new Error(`test: there is no such case, got ${id}`)
  const accelerator = create()
  const oracle = reference()
  await accelerator.setup()
  await oracle.setup()
  return one.run({ accelerator, create, reference: oracle, seed, options }).then(
    () => null,
    (error: unknown) => error,
  )
}
