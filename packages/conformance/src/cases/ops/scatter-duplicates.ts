import type { HostArray } from '@voltaic/core'
import { indexAdd, scatterAdd, type Value } from '@voltaic/core/graph'
import { compileValues } from '../../check/evaluate.ts'
import { expectLikeReference } from '../../check/expect.ts'
import { Operands } from '../../check/operands.ts'
import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { requirementsOf } from '../../suite/requirements.ts'

const rows = 65_536
const places = 7
const repeats = 5

/** Many updates of few places: what races, or adds in another order each time, shows here. */
export function scatterDuplicateCases(): ConformanceCase[] {
  const uses = { indexAdd: manyRows, scatterAdd: manyElements } as const
  return Object.entries(uses).map(([name, use]) => {
    const id = `ops/${name}/float32/duplicates`
    const outputOf = (seed: number, layout: 'plain' | 'specs') => use(new Operands(seed, id, { layout }))
    const run = async (context: CaseContext) => {
      const output = outputOf(context.seed, 'plain')
      await expectLikeReference(context, [output], { kind: 'scatter' })
      await expectSameBits(context, output)
    }
    return { id, layer: 2, requires: requirementsOf([outputOf(0, 'specs')]), run }
  })
}

function manyRows(operands: Operands): Value {
  const updates = operands.tensor('float32', [rows, 3])
  return indexAdd(operands.tensor('float32', [places, 3]), operands.indices([rows], places), updates, 0)
}

function manyElements(operands: Operands): Value {
  const updates = operands.tensor('float32', [rows])
  return scatterAdd(operands.tensor('float32', [places]), operands.indices([rows], places), updates, 0)
}

async function expectSameBits({ accelerator, seed }: CaseContext, output: Value): Promise<void> {
  const program = await compileValues(accelerator, [output])
  try {
    const results: HostArray[] = []
    for (let i = 0; i < repeats; i++) results.push((await program.run())[0]!.data)
    for (const [i, result] of results.entries()) {
      const at = result.findIndex((x, j) => !Object.is(x, results[0]![j]))
      if (at === -1) continue
      throw new ConformanceFailure(`${output.node.op.name}: run ${i + 1} differs from the first in element ${at}`, {
        op: output.node.op.name,
        seed,
        expected: results[0]![at],
        got: result[at],
      })
    }
  } finally {
    program.dispose()
  }
}
