import { MisconfigurationError } from '../errors/errors.ts'

/** A promise that knows whether anyone waits for it. */
class WatchedPromise<T> extends Promise<T> {
  // `then` of a subclass makes its result by this; a plain promise needs no watching.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  isAwaited = false

  // biome-ignore lint/suspicious/noThenProperty: being told of `await` is the point
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isAwaited = true
    return super.then(onFulfilled, onRejected)
  }
}

/** Promises handed to the user in one step, which must all be awaited in it. */
export class AwaitedPromises {
  readonly #open = new Map<WatchedPromise<unknown>, string>()

  /** Hands out the promise of `work`; `call` is how the user wrote it: `optimizer.step()`. */
  hand<T>(call: string, work: () => Promise<T>): Promise<T> {
    const promise = new WatchedPromise<T>((resolve, reject) => {
      work().then(resolve, reject)
    })
    // One that fails while nobody awaits it must not end the process: `check` speaks of it. This `then` counts for nothing.
    Promise.prototype.then.call(promise, undefined, () => {})
    this.#open.set(promise as WatchedPromise<unknown>, call)
    return promise
  }

  /**
   * Ends the step: waits for what is still running, then looks whether everything was awaited.
   *
   * @throws MisconfigurationError naming the call that was not
   */
  async check(): Promise<void> {
    const forgotten = [...this.#open].find(([promise]) => !promise.isAwaited)
    await this.settle()
    if (forgotten === undefined) return
    const [, call] = forgotten
    throw new MisconfigurationError(`${call}: its promise was not awaited; write "await ${call}"`)
  }

  /** Waits for what is still running, whatever comes of it: nothing may be recorded behind the back of a rollback. */
  async settle(): Promise<void> {
    const promises = [...this.#open.keys()]
    this.#open.clear()
    await Promise.allSettled(promises)
  }
}
