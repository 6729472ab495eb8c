import { readScalar, type ScalarSpec } from '@voltaic/core/graph'
import type { TensorData } from '../program/program.ts'
import type { Raw } from '../program/program-builder.ts'
import type { Emitter } from './emitter.ts'
import { roundToBfloat16 } from './storage.ts'

/** The 0-d tensor of a runtime scalar. */
export function lowerScalar(emit: Emitter, scalar: ScalarSpec): Raw {
  const host = (make: (x: number) => TensorData) => (block: DataView) => make(readScalar(block, scalar))
  switch (scalar.dtype) {
    case 'int32':
    case 'uint32':
      return emit.builder.host(
        host((x) => Int32Array.of(x)),
        'int32',
        [],
      )
    case 'uint8':
    case 'bool':
      return emit.builder.host(
        host((x) => Uint8Array.of(x)),
        scalar.dtype,
        [],
      )
    case 'float64': {
      const bytes = host((x) => new Uint8Array(Float64Array.of(x).buffer))
      return emit.bitcast(emit.builder.host(bytes, 'uint8', [8]), 'double')
    }
    default: {
      const x = emit.builder.host(
        host((x) => Float32Array.of(x)),
        'float',
        [],
      )
      if (scalar.dtype === 'float16') return emit.cast(x, 'half')
      return scalar.dtype === 'bfloat16' ? roundToBfloat16(emit, x) : x
    }
  }
}
