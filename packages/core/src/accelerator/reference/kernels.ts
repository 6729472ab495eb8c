import { binaryKernels } from './binary.ts'
import { convKernels } from './conv.ts'
import { indexingKernels } from './indexing.ts'
import type { Kernels } from './kernel.ts'
import { matmulKernels } from './matmul.ts'
import { movementKernels } from './movement.ts'
import { orderKernels } from './order.ts'
import { poolKernels } from './pool.ts'
import { reduceKernels } from './reduce.ts'
import { sourceKernels } from './sources.ts'
import { unaryKernels } from './unary.ts'

/** The kernel of every primitive. */
export const kernels: Kernels = {
  ...unaryKernels,
  ...binaryKernels,
  ...reduceKernels,
  ...movementKernels,
  ...matmulKernels,
  ...convKernels,
  ...poolKernels,
  ...indexingKernels,
  ...orderKernels,
  ...sourceKernels,
}
