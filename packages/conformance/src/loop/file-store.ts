import type { CheckpointStore, ModelCheckpoint } from '@voltaic/core'

/** What a `ModelCheckpoint` has saved: names of files, empty where there is none. */
export interface SavedFiles {
  readonly files: readonly string[]
  readonly bestModelPath: string
  readonly last: string
  /** With their metrics, by name. */
  readonly bestK: readonly (readonly [file: string, score: number])[]
}

/** The names of files, whose content nobody reads. */
export class FileStore implements CheckpointStore {
  readonly #files = new Set<string>()

  locate(name: string): string {
    return name
  }

  async write(name: string): Promise<void> {
    this.#files.add(name)
  }

  async has(name: string): Promise<boolean> {
    return this.#files.has(name)
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name)
  }

  /** What is there, as `callback` knows it. */
  saved({ bestModelPath, lastModelPath, bestKModels }: ModelCheckpoint): SavedFiles {
    return {
      files: [...this.#files].sort(),
      bestModelPath: bestModelPath ?? '',
      last: lastModelPath ?? '',
      bestK: [...bestKModels].sort(([a], [b]) => (a < b ? -1 : 1)),
    }
  }
}
