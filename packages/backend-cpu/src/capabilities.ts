import { type Capabilities, checkSupported, type DType, UnsupportedError } from '@voltaic/core'
import { formatSpec, type Graph, primitiveNames } from '@voltaic/core/graph'
import { cpuDTypes, isCpuDType } from './kernels/dtypes.ts'
import { contractionNames } from './kernels/nodes/node-calls.ts'
import { runsInOrt } from './session/model.ts'

const names: ReadonlySet<string> = new Set(primitiveNames)

/** What the backend declares: all primitives on the dtypes of the backend, as far as each takes them. */
export function cpuCapabilities(memoryBytes: number): Capabilities {
  return {
    supports: (op, dtype) => (isSupported(op, dtype) ? 'native' : undefined),
    composites: new Set(),
    limits: { maxBufferBytes: memoryBytes },
    numerics: { nonFinite: 'ieee', subnormals: 'keep' },
  }
}

function isSupported(op: string, dtype: DType): boolean {
  if (!isCpuDType(dtype) || !names.has(op)) return false
  return !contractionNames.has(op) || runsInOrt(op, dtype)
}

/**
 * Refuses a graph that holds what is not declared.
 *
 * @throws UnsupportedError naming op and dtypes
 */
export function checkGraph(capabilities: Capabilities, graph: Graph): void {
  checkSupported('cpu', capabilities, graph)
  for (const node of graph.nodes) {
    const specs = [...node.inputs, ...node.outputs].map((value) => graph.values[value]!)
    const strange = specs.find(({ dtype }) => !isCpuDType(dtype))
    if (strange === undefined) continue
    throw new UnsupportedError(
      `cpu: ${node.op.name} is supported on ${cpuDTypes.join(', ')}, got ${formatSpec(strange)}; cast to one of them, or use another accelerator`,
    )
  }
}
