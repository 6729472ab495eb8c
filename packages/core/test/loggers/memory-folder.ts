import type { LogFolder } from '../../src/loggers/logger.ts'

/** A folder whose files are in memory, as one in a browser may be. */
export class MemoryFolder implements LogFolder {
  readonly name: string = 'experiment'
  readonly version: number = 3
  readonly files: Map<string, Uint8Array> = new Map()
  /** How many times something was written. */
  writes = 0

  async append(file: string, bytes: Uint8Array): Promise<void> {
    await this.replace(file, Uint8Array.of(...(this.files.get(file) ?? []), ...bytes))
  }

  async replace(file: string, bytes: Uint8Array): Promise<void> {
    this.writes++
    this.files.set(file, bytes)
  }

  async read(file: string): Promise<Uint8Array | null> {
    return this.files.get(file) ?? null
  }

  text(file: string): string {
    return new TextDecoder().decode(this.files.get(file))
  }
}
