import { checkpointParts } from '../checkpoint/checkpoint-file.ts'
import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts'
import { DeviceLostError } from '../errors/errors.ts'
import type { Callback, TrainerView } from './callback.ts'
import { checkpointSuffix } from './checkpoint-name.ts'

export interface OnExceptionCheckpointOptions {
  /** Where the file goes: in Node `checkpointFolder('checkpoints')`. */
  readonly store: CheckpointStore
  /** Name of the file, without an ending. Default `'on-exception'`. */
  readonly filename?: string
}

/**
 * Saves a fit that ends with an error, as it was after the last batch that was done. It belongs behind callbacks that change the
 * weights for a validation, as `EMAWeights` does: they put them back first.
 */
export class OnExceptionCheckpoint implements Callback {
  readonly #store: CheckpointStore
  readonly #name: string
  #hasBegun = false

  constructor({ store, filename = 'on-exception' }: OnExceptionCheckpointOptions) {
    this.#store = store
    this.#name = filename + checkpointSuffix
  }

  /** Where the file is, or would be. */
  get path(): string {
    return this.#store.locate(this.#name)
  }

  onTrainStart(): void {
    this.#hasBegun = true
  }

  onTrainEnd(): void {
    this.#hasBegun = false
  }

  async onException(trainer: TrainerView, _module: unknown, error: unknown): Promise<void> {
    if (!this.#hasBegun) return
    this.#hasBegun = false
    // What was on a lost device cannot be read any more.
    if (error instanceof DeviceLostError) return
    await this.#store.write(this.#name, await checkpointParts(await trainer.dumpCheckpoint()))
  }
}
