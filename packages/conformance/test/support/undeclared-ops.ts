import { decidingDType, reference } from '@voltaic/core'
import { recordingAccelerator } from '../../src/decorators/recording-accelerator.ts'
import type { ConformanceCase } from '../../src/suite/case.ts'

/** Ops on dtypes of the graphs that a case compiles and does not say that it requires. */
export async function undeclaredOpsOf({ run, requires }: ConformanceCase): Promise<string[]> {
  const [accelerator, oracle] = [recordingAccelerator(reference()), reference()]
  await accelerator.setup()
  await oracle.setup()
  await run({ accelerator, create: reference, reference: oracle, seed: 1, options: {} })
  const graphs = accelerator.calls.flatMap((call) => (call.call === 'compile' ? [call.graph] : []))
  const used = graphs.flatMap((graph) => graph.nodes.map((node) => `${node.op.name} on ${decidingDType(graph, node)}`))
  const required = new Set((requires.ops ?? []).map(([op, dtype]) => `${op} on ${dtype}`))
  return [...new Set(used)].filter((op) => !required.has(op))
}
