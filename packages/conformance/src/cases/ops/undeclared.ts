import type { DType } from '@voltaic/core'
import { dtypes, type Graph, type GraphNode, type Op, primitives, specOf, type Value } from '@voltaic/core/graph'
import { recordedGraph } from '../../check/evaluate.ts'
import { expectError, unsupportedErrorName } from '../../check/expect.ts'
import { Operands } from '../../check/operands.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { missingFrom, requirementsOf } from '../../suite/requirements.ts'
import { compositeCases } from './composites/composites.ts'
import { dtypesOf } from './make-cases.ts'
import type { OpCases } from './op-cases.ts'
import { primitiveCases } from './primitives.ts'

const none: ReadonlySet<string> = new Set()

/** What is not declared must be refused when it is compiled, by an error that names the op. */
export function undeclaredCases(): ConformanceCase[] {
  return [
    ...dtypes.map((dtype): ConformanceCase => {
      return { id: `ops/undeclared/${dtype}`, layer: 2, requires: {}, run: (context) => refusesOpsOn(context, dtype) }
    }),
    { id: 'ops/undeclared/composites', layer: 2, requires: {}, run: refusesComposites },
    { id: 'ops/undeclared/unknown-op', layer: 2, requires: { dtypes: ['float32'] }, run: refusesUnknownOp },
  ]
}

async function refusesOpsOn({ accelerator }: CaseContext, dtype: DType): Promise<void> {
  for (const [name, table] of Object.entries(primitiveCases)) {
    for (const entry of [table].flat()) {
      if (!dtypesOf(name, entry).includes(dtype)) continue
      const outputs = firstUse(name, entry, dtype)
      // Declared in full, or for lack of something beside the op itself.
      const { declared } = missingFrom(accelerator, requirementsOf(outputs))
      if (!declared.includes(`${name} on ${dtype}`)) continue
      const { graph } = recordedGraph(outputs, none).built
      const names = declared.filter((text) => text.includes(' on ')).length === 1 ? name : ''
      await expectError(`${name} on ${dtype}, undeclared`, () => accelerator.compile(graph), {
        name: unsupportedErrorName,
        names,
      })
    }
  }
}

async function refusesComposites({ accelerator }: CaseContext): Promise<void> {
  const { capabilities } = accelerator
  for (const [name, entry] of Object.entries(compositeCases)) {
    const [dtype] = dtypesOf(name, entry)
    if (capabilities.composites.has(name) || capabilities.supports(name, dtype!) !== undefined) continue
    const { graph } = recordedGraph(firstUse(name, entry, dtype!), new Set([name])).built
    await expectError(`the composite ${name}, undeclared`, () => accelerator.compile(graph), {
      name: unsupportedErrorName,
      names: name,
    })
  }
}

async function refusesUnknownOp({ accelerator }: CaseContext): Promise<void> {
  const op = { ...primitives.neg, name: 'noSuchOp' } as unknown as Op
  const node: GraphNode = { op, attributes: {}, inputs: [0], outputs: [1] }
  const spec = specOf('float32', [2])
  const graph: Graph = {
    values: [spec, spec],
    inputCount: 1,
    scalars: [],
    scalarBytes: 0,
    nodes: [node],
    outputs: [1],
    donated: [],
  }
  await expectError('an op that nobody knows', () => accelerator.compile(graph), {
    name: unsupportedErrorName,
    names: 'noSuchOp',
  })
}

function firstUse(name: string, { uses }: OpCases, dtype: DType): Value[] {
  const [first] = uses(new Operands(0, name, { layout: 'specs' }), dtype)
  return [first as Value | readonly Value[]].flat()
}
