import { type Graph, type Op, primitives, specOf } from '@voltaic/core/graph'
import { check, expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'

/** A graph that an accelerator does not know how to run is refused when it is compiled, and named. */
export function refusalCases(): ConformanceCase[] {
  const requires = opsOn('float32', ['neg'])
  return kinds.map((kind) => ({
    id: `faults/refusal/unknown-${kind}`,
    layer: 6,
    requires,
    run: (context) => refuse(kind, context),
  }))
}

const kinds = ['primitive', 'composite'] as const
const name = 'opThatNobodyHas'

async function refuse(kind: (typeof kinds)[number], { accelerator }: CaseContext): Promise<void> {
  const declared = accelerator.capabilities.supports(name, 'float32')
  check(declared === undefined, `supports: an op that there is not, got ${declared}`)
  const before = accelerator.stats()
  await expectError(`compile: an unknown ${kind}`, () => accelerator.compile(graphOf(kind)), {
    name: 'UnsupportedError',
    names: name,
  })
  const { liveBuffers, liveBytes, compiles } = accelerator.stats()
  check(
    liveBuffers === before.liveBuffers && liveBytes === before.liveBytes && compiles === before.compiles,
    'compile: a refused graph leaves nothing behind, and does not count',
    { expected: before, got: { liveBuffers, liveBytes, compiles } },
  )
}

/** −x, and then the unknown op: what comes first is no excuse. */
function graphOf(kind: Op['kind']): Graph {
  const spec = specOf('float32', [2])
  const unknown: Op = { ...(primitives.neg as Op), name, kind }
  return {
    values: [spec, spec, spec],
    inputCount: 1,
    scalars: [],
    scalarBytes: 0,
    nodes: [
      { op: primitives.neg as Op, attributes: {}, inputs: [0], outputs: [1] },
      { op: unknown, attributes: {}, inputs: [1], outputs: [2] },
    ],
    outputs: [2],
    donated: [],
  }
}
