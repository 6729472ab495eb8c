import type { Capabilities, DType } from '@voltaic/core'
import { primitiveNames } from '@voltaic/core/graph'
import { isHalf } from './kernels/dtypes.ts'
import { contractionNames } from './kernels/nodes/node-calls.ts'
import { runsInOrt } from './session/model.ts'

const names: ReadonlySet<string> = new Set(primitiveNames)

/** What the backend declares: all primitives on all dtypes, as far as each takes them; half types by way of float32. */
export function cpuCapabilities(memoryBytes: number): Capabilities {
  return {
    supports: (op, dtype) => {
      if (isHalf(dtype)) return isSupported(op, 'float32') ? 'emulated' : undefined
      return isSupported(op, dtype) ? 'native' : undefined
    },
    composites: new Set(),
    limits: { maxBufferBytes: memoryBytes },
    numerics: { nonFinite: 'ieee', subnormals: 'keep' },
  }
}

function isSupported(op: string, dtype: DType): boolean {
  return names.has(op) && (!contractionNames.has(op) || runsInOrt(op, dtype))
}
