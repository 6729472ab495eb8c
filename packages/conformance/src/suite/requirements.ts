import { type Accelerator, type Capabilities, decidingDType } from '@voltaic/core'
import type { DType, Value } from '@voltaic/core/graph'
import { recordedGraph } from '../check/evaluate.ts'
import type { Requirements } from './case.ts'

const none: ReadonlySet<string> = new Set()

/** What an accelerator needs for `outputs`, their composites expanded; and for `others`, on the dtypes of their leaves. */
export function requirementsOf(outputs: readonly Value[], others: readonly string[] = []): Requirements {
  const computed = outputs.filter(({ storage }) => storage === null)
  if (computed.length === 0) return { dtypes: outputs.map(({ spec }) => spec.dtype) }
  const { graph } = recordedGraph(computed, none).built
  const ops = new Map<string, readonly [string, DType]>()
  const add = (op: string, dtype: DType) => ops.set(`${op} ${dtype}`, [op, dtype])
  for (const node of graph.nodes) add(node.op.name, decidingDType(graph, node))
  const inputs = graph.values.slice(0, graph.inputCount)
  for (const op of others) for (const { dtype } of inputs) add(op, dtype)
  return { ops: [...ops.values()], dtypes: [...new Set(graph.values.map(({ dtype }) => dtype))] }
}

/** Whether buffers of `dtype` can pass through a graph: whether one can be reshaped, which costs nothing. */
function holds(capabilities: Capabilities, dtype: DType): boolean {
  return capabilities.supports('reshape', dtype) !== undefined
}

/** What of `requires` an accelerator lacks. */
export interface Missing {
  /** Ops and dtypes, which a profile may promise: `conv on float64`. */
  readonly declared: readonly string[]
  /** Numerics and limits, which are the device's own. */
  readonly nature: readonly string[]
}

/** What an accelerator does not declare of what a case needs. */
export function missingFrom({ capabilities }: Pick<Accelerator, 'capabilities'>, requires: Requirements): Missing {
  const { ops = [], dtypes = [], numerics = {}, bufferBytes = 0 } = requires
  const lacksOp = ops.filter(([op, dtype]) => capabilities.supports(op, dtype) === undefined)
  const lacksDType = dtypes.filter((dtype) => !holds(capabilities, dtype))
  const { nonFinite, subnormals } = capabilities.numerics
  const nature = [
    ...(numerics.nonFinite !== undefined && numerics.nonFinite !== nonFinite
      ? [`numerics.nonFinite is '${nonFinite}'`]
      : []),
    ...(numerics.subnormals !== undefined && numerics.subnormals !== subnormals
      ? [`numerics.subnormals is '${subnormals}'`]
      : []),
    ...(bufferBytes > capabilities.limits.maxBufferBytes
      ? [`limits.maxBufferBytes is ${capabilities.limits.maxBufferBytes}`]
      : []),
  ]
  return { declared: [...lacksDType, ...lacksOp.map(([op, dtype]) => `${op} on ${dtype}`)], nature }
}
