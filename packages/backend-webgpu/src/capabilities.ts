import { type Capabilities, checkSupported, type DType, type Support, UnsupportedError } from '@voltaic/core'
import { formatSpec, type Graph, primitiveNames } from '@voltaic/core/graph'
import type { Abilities } from './device/open-device.ts'

const names: ReadonlySet<string> = new Set(primitiveNames)

/**
 * What the backend declares: all primitives on all dtypes but float64, which WGSL lacks; float16 where the device has it;
 * bfloat16 as 16 bits of storage around float32.
 */
export function webgpuCapabilities({ hasHalf, maxBufferBytes }: Abilities): Capabilities {
  const support: Readonly<Record<DType, Support | undefined>> = {
    float32: 'native',
    float64: undefined,
    float16: hasHalf ? 'native' : undefined,
    bfloat16: 'emulated',
    int32: 'native',
    uint32: 'native',
    uint8: 'native',
    bool: 'native',
  }
  return {
    supports: (op, dtype) => (names.has(op) ? support[dtype] : undefined),
    composites: new Set(),
    limits: { maxBufferBytes },
    numerics: { nonFinite: 'bits-only', subnormals: 'flush' },
  }
}

/**
 * Refuses a graph that holds what is not declared.
 *
 * @throws UnsupportedError naming op and dtypes
 */
export function checkGraph(capabilities: Capabilities, graph: Graph): void {
  checkSupported('webgpu', capabilities, graph)
  for (const node of graph.nodes) {
    const specs = [...node.inputs, ...node.outputs].map((value) => graph.values[value]!)
    const strange = specs.find(({ dtype }) => capabilities.supports(node.op.name, dtype) === undefined)
    if (strange === undefined) continue
    const why = strange.dtype === 'float64' ? 'WGSL has no float64' : 'the device lacks shader-f16'
    throw new UnsupportedError(
      `webgpu: ${node.op.name} takes or gives what is not supported (${why}), got ${formatSpec(strange)}; cast to float32, or use another accelerator`,
    )
  }
}
