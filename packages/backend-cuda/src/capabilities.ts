import type { Capabilities, DType } from '@voltaic/core'
import { type PrimitiveName, primitiveNames } from '@voltaic/core/graph'
import { composites } from './lower/lower-graph.ts'
import { compositeRules } from './lower/rules/composites.ts'
import { rules } from './lower/rules.ts'

const names: ReadonlySet<string> = new Set([...primitiveNames, ...composites])

/** What the backend declares: all primitives on all dtypes, those of bfloat16 computed in float32 and rounded. */
export function cudaCapabilities(): Capabilities {
  return {
    supports: (op, dtype) => (names.has(op) ? supportOf(op, dtype) : undefined),
    composites,
    limits: { maxBufferBytes: 2 ** 31 },
    // TensorFlow's CUDA kernels are built to flush subnormals, and add up where they fall in any order.
    numerics: { nonFinite: 'ieee', subnormals: 'flush', deterministic: false },
  }
}

function supportOf(op: string, dtype: DType): 'native' | 'emulated' {
  if (dtype === 'bfloat16') return 'emulated'
  // What has no kernel of its own, or would lose too much in it, is computed in float32 and rounded.
  const rule = compositeRules[op] ?? rules[op as PrimitiveName]
  return dtype === 'float16' && !rule.takes.includes('half') ? 'emulated' : 'native'
}
