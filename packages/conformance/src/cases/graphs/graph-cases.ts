import type { DType } from '@voltaic/core'
import type { HostTensor, Value } from '@voltaic/core/graph'
import { evaluate } from '../../check/evaluate.ts'
import { detailsOf } from '../../check/expect.ts'
import { numbersOf } from '../../check/numbers.ts'
import { type Layout, Operands } from '../../check/operands.ts'
import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { requirementsOf } from '../../suite/requirements.ts'
import { RandomGraph } from './random-graph.ts'
import { runningCases } from './running.ts'

const graphsOfACase = 5
const casesOfASet = 4

const sets: Readonly<Record<string, readonly DType[]>> = {
  float32: ['float32'],
  'float32-float16': ['float32', 'float16'],
  'float32-bfloat16': ['float32', 'bfloat16'],
  'float32-float64': ['float32', 'float64'],
}

/** Graphs as wholes: how they are run, and many ops of many dtypes in one, which a backend reorders, fuses and lets share memory. */
export function graphCases(): ConformanceCase[] {
  return [...runningCases(), ...randomGraphCases()]
}

function randomGraphCases(): ConformanceCase[] {
  return Object.entries(sets).flatMap(([name, floats]) => {
    // Which ops there are depends on the seed: a case needs those of many graphs.
    const requires = requirementsOf(someOutputs(floats))
    return Array.from({ length: casesOfASet }, (_, n): ConformanceCase => {
      const id = `graphs/random/${name}/${n}`
      return { id, layer: 2, requires, run: (context) => agreesOnGraphs(context, id, floats) }
    })
  })
}

const requirementSeeds = 40

function someOutputs(floats: readonly DType[]): Value[] {
  return Array.from({ length: requirementSeeds }, (_, seed) =>
    drawnGraph(seed, 'requirements', floats, 'specs').outputs(),
  ).flat()
}

function drawnGraph(seed: number, purpose: string, floats: readonly DType[], layout: Layout): RandomGraph {
  return new RandomGraph(new Operands(seed, purpose, { layout }), floats)
}

async function agreesOnGraphs(context: CaseContext, id: string, floats: readonly DType[]): Promise<void> {
  for (let n = 0; n < graphsOfACase; n++) {
    const graph = drawnGraph(context.seed, `${id} ${n}`, floats, 'plain')
    const outputs = graph.outputs()
    const expected = await evaluate(context.reference, outputs)
    const got = await evaluate(context.accelerator, outputs)
    for (const [i, output] of outputs.entries()) {
      expectWithin(context, output, { got: got[i]!, expected: expected[i]!, allowed: graph.errorOf(output) })
    }
  }
}

interface Results {
  readonly got: HostTensor
  readonly expected: HostTensor
  readonly allowed: number
}

function expectWithin(context: CaseContext, output: Value, { got, expected, allowed }: Results): void {
  const [x, y] = [numbersOf(got), numbersOf(expected)]
  const at = y.findIndex((number, i) => !(Math.abs(x[i]! - number) <= allowed))
  if (at === -1) return
  const where = `element ${at} is ${x[at]} in the place of ${y[at]} (allowed ${allowed})`
  throw new ConformanceFailure(`a random graph: an output of ${output.node.op.name} is wrong, ${where}`, {
    ...detailsOf(context, output),
    expected: y[at],
    got: x[at],
    firstDifference: where,
  })
}
