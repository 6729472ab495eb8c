/** Runs tasks one after the other, in the order in which they were added. */
export class RunQueue {
  #last: Promise<unknown> | undefined

  /** Whether nothing runs and nothing waits. */
  get idle(): boolean {
    return this.#last === undefined
  }

  /** Runs `task` as soon as all that was added before has ended, at once where nothing has. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last === undefined ? task() : this.#last.then(task)
    const settled: Promise<unknown> = result.then(
      () => this.#settle(settled),
      () => this.#settle(settled),
    )
    this.#last = settled
    return result
  }

  /** Resolves once all that was added so far has ended, well or not. */
  async drain(): Promise<void> {
    await this.#last
  }

  #settle(settled: Promise<unknown>): void {
    if (this.#last === settled) this.#last = undefined
  }
}
