import { contractions } from './contractions.ts'
import { elementwise } from './elementwise.ts'
import { movement } from './movement.ts'
import type { Kernels } from './operand.ts'
import { reductions } from './reductions.ts'
import { sources } from './sources.ts'

/** The kernel of every primitive. That none is missing is what the type says. */
export const kernels: Kernels = { ...elementwise, ...reductions, ...movement, ...contractions, ...sources }
