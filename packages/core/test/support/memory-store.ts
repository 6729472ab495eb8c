import { type Checkpoint, decodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import type { CheckpointStore } from '../../src/checkpoint/checkpoint-store.ts'
import { joinBytes } from '../../src/util/join-bytes.ts'

/** A store of checkpoints in memory, which notes what is done to it. */
export class MemoryStore implements CheckpointStore {
  readonly files: Map<string, Uint8Array> = new Map()
  readonly events: string[] = []
  /** Whether writing fails. */
  isFull = false

  locate(name: string): string {
    return `memory/${name}`
  }

  async write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    if (this.isFull) throw new Error('the disk is full')
    this.events.push(`write ${name}`)
    this.files.set(name, joinBytes(parts))
  }

  async has(name: string): Promise<boolean> {
    return this.files.has(name)
  }

  async remove(name: string): Promise<void> {
    this.events.push(`remove ${name}`)
    this.files.delete(name)
  }

  get names(): string[] {
    return [...this.files.keys()].sort()
  }

  read(name: string): Checkpoint {
    return decodeCheckpoint(this.files.get(name)!)
  }
}
