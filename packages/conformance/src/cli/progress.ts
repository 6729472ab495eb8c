import type { CaseResult } from '../suite/case.ts'
import { commandFor } from '../suite/format-failure.ts'

/** Prints failures as they happen, and on a terminal how far the run is. */
export class Progress {
  readonly #command: string
  readonly #seed: number
  readonly #isTerminal = process.stdout.isTTY === true
  #failed = 0

  /** @param command - runs the command line again, but for the case and the seed */
  constructor(command: string, seed: number) {
    this.#command = command
    this.#seed = seed
  }

  show({ id, status, reason }: CaseResult, { done, total }: { readonly done: number; readonly total: number }): void {
    if (status === 'fail') {
      this.#failed++
      this.#clear()
      console.log(
        `✗ ${id}\n  ${reason.replaceAll('\n', '\n  ')}\n  again: ${commandFor(id, this.#seed, this.#command)}\n`,
      )
    }
    if (!this.#isTerminal) return
    this.#clear()
    process.stdout.write(`${done}/${total}${this.#failed > 0 ? `, ${this.#failed} failed` : ''} ${id}`.slice(0, 79))
  }

  end(): void {
    if (this.#isTerminal) this.#clear()
  }

  #clear(): void {
    if (this.#isTerminal) process.stdout.write('\r\x1b[K')
  }
}
