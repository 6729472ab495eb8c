import { OutOfRangeError } from '@voltaic/core'
import { rawAttributes } from '../program/raw-attributes.ts'
import type { Handles } from './handles.ts'

/**
 * Whether indices were in range, of all runs since that was last read. Reading it waits for the device, so it is done only
 * where somebody waits anyway.
 */
export class IndexChecks {
  readonly #handles: Handles
  /** 0-d, bool; undefined when there was none to check. */
  #valid: number | undefined
  readonly #ops: Set<string> = new Set()

  constructor(handles: Handles) {
    this.#handles = handles
  }

  /** Takes over the handle of a run's check. @param ops - names of the ops whose indices it is about */
  add(valid: number, ops: readonly string[]): void {
    for (const op of ops) this.#ops.add(op)
    const before = this.#valid
    this.#valid = valid
    if (before === undefined) return
    const attributes = rawAttributes(this.#handles.binding, 'LogicalAnd', {})
    this.#valid = this.#handles.execute('LogicalAnd', attributes, [before, valid], 1)[0]!.id
    for (const handle of [before, valid]) this.#handles.free(handle)
  }

  /** @throws OutOfRangeError when indices were not in range */
  read(): void {
    if (this.#valid === undefined) return
    const [valid] = this.#handles.read(this.#valid)
    const ops = [...this.#ops].join(', ')
    this.dispose()
    if (valid === 1) return
    throw new OutOfRangeError(
      `cuda: index out of range, got one in ${ops} in a run since the last read, whose results are wrong; indices (and labels) count from 0 and end before the axis does`,
    )
  }

  dispose(): void {
    if (this.#valid !== undefined) this.#handles.free(this.#valid)
    this.#valid = undefined
    this.#ops.clear()
  }
}
