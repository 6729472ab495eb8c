/** Where checkpoints are kept, by name: a folder on a disk, say. */
export interface CheckpointStore {
  /** Where the checkpoint of a name is, as one would look for it: its path. */
  locate(name: string): string
  /**
   * Writes a checkpoint, in parts that are one behind the other. Whenever it is interrupted, there is under the name what was
   * there before, or all of it.
   */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>
  /** Whether there is one of that name. */
  has(name: string): Promise<boolean>
  /** Removes it; does nothing where there is none. */
  remove(name: string): Promise<void>
}
