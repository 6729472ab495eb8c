import { contractions } from './definitions/contractions.ts'
import { elementwise } from './definitions/elementwise.ts'
import { movement } from './definitions/movement.ts'
import { reductions } from './definitions/reductions.ts'
import { variables } from './definitions/variables.ts'
import type { OpDefinition } from './op-definition.ts'

/** Every op of TensorFlow that the backend calls. */
export const definitions: Readonly<Record<string, OpDefinition>> = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...contractions,
  ...variables,
}
