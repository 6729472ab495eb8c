import { type Checkpoint, checkpointParts, decodeCheckpoint } from '../checkpoint/checkpoint-file.ts'
import { readWhole } from './read-whole.ts'
import { writeAtomically } from './write-atomically.ts'

/**
 * Writes a checkpoint to a file. One of that name is replaced, and only once the new one is whole: a process that is killed in
 * the middle leaves the old one.
 *
 * @throws MisconfigurationError naming the place of what is no plain data
 * @throws the system's own error (`EACCES` …) when the file cannot be written
 */
export async function writeCheckpoint(path: string | URL, checkpoint: Checkpoint): Promise<void> {
  await writeAtomically(path, await checkpointParts(checkpoint))
}

/**
 * The checkpoint in a file.
 *
 * @throws DataError when it is truncated, damaged or changed since it was written
 * @throws the system's own error (`ENOENT` …) when it cannot be read
 */
export async function readCheckpoint(path: string | URL): Promise<Checkpoint> {
  return decodeCheckpoint(await readWhole(path), `readCheckpoint: ${path}`)
}
