import { Tensor } from '../tensor/tensor.ts'
import type { Checkpoint } from './checkpoint-file.ts'

/** What a fit takes snapshots of. The rest is its callbacks' and its hooks'. */
const snapshots: readonly string[] = ['stateDict', 'optimizers', 'precision', 'gradients', 'metrics']

/**
 * Gives back the memory of a checkpoint that has been written. Until then the device keeps all that it holds beside what the
 * next steps make of it.
 */
export function releaseCheckpoint(checkpoint: Checkpoint): void {
  for (const name of snapshots) release(checkpoint[name])
}

function release(value: unknown): void {
  if (value instanceof Tensor) value.dispose()
  else if (value instanceof Map) for (const inner of value.values()) release(inner)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) release(inner)
}
