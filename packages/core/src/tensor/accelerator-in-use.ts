import type { Accelerator } from '../accelerator/accelerator.ts'
import { reference } from '../accelerator/reference/reference.ts'
import { executablesOf, realm } from './realm.ts'
import type { Slot } from './slot.ts'
import { TensorStorage } from './storage.ts'

let ready: Promise<void> | null = null
let turn: Promise<unknown> | null = null

/** The accelerator that graphs run on, the open step's before any other, and a promise while it is being set up. */
export function currentAccelerator(): { accelerator: Accelerator; ready: Promise<void> | null } {
  const ofStep = realm.step?.accelerator ?? null
  if (ofStep !== null) return { accelerator: ofStep, ready: null }
  if (realm.accelerator === null) {
    const accelerator = reference()
    realm.accelerator = accelerator
    const settingUp = accelerator.setup().then(() => {
      if (ready === settingUp) ready = null
    })
    ready = settingUp
  }
  return { accelerator: realm.accelerator, ready }
}

/**
 * Makes `accelerator` the one on which tensors outside a Trainer are computed, in place of the reference. Sets it up; the
 * one before it stays as it is, with the tensors that are on it.
 */
export function useAccelerator(accelerator: Accelerator): Promise<void> {
  const before = { accelerator: realm.accelerator, ready }
  // In use at once: what is computed before the set-up is over waits for it, awaited or not, and fails with it.
  realm.accelerator = accelerator
  const settingUp = accelerator.setup().then(
    () => {
      if (ready === settingUp) ready = null
    },
    (error: unknown) => {
      if (ready === settingUp) {
        realm.accelerator = before.accelerator
        ready = before.ready
      }
      throw error
    },
  )
  ready = settingUp
  return settingUp
}

/** What `withAccelerator` has in use, the latest last, and what is in use without it. */
const borrowed: { readonly accelerator: Accelerator }[] = []
let own: { readonly accelerator: Accelerator | null; readonly ready: Promise<void> | null } = {
  accelerator: null,
  ready,
}

/**
 * Runs `fn` with `accelerator` (already set up) in use, and then puts back what is still in use of those before: of two runs
 * that overlap the one that began first may end first.
 */
export async function withAccelerator<T>(accelerator: Accelerator, fn: () => Promise<T>): Promise<T> {
  if (borrowed.length === 0) own = { accelerator: realm.accelerator, ready }
  const mine = { accelerator }
  borrowed.push(mine)
  realm.accelerator = accelerator
  ready = null
  try {
    return await fn()
  } finally {
    borrowed.splice(borrowed.indexOf(mine), 1)
    const latest = borrowed.at(-1)
    realm.accelerator = latest?.accelerator ?? own.accelerator
    ready = latest === undefined ? own.ready : null
  }
}

/**
 * Brings what is on the accelerator in use outside any Trainer to the host, unless that is `next`: from there `next` takes what it needs. What was
 * computed before a Trainer came with an accelerator of its own, a parameter that was looked at say, goes on with that.
 */
export async function handOver(next: Accelerator): Promise<void> {
  // Not one that is borrowed: what runs on that needs its buffers.
  const { accelerator } = borrowed.length === 0 ? realm : own
  if (accelerator !== null && accelerator !== next) await inTurn(() => TensorStorage.moveToHost(accelerator))
}

/** Brings the committed values of `slots` to where `accelerator` can take them. */
export function moveSlots(slots: readonly Slot[], accelerator: Accelerator): Promise<void> {
  const storages = slots.flatMap(({ committed }) => {
    return committed?.storage instanceof TensorStorage ? [committed.storage] : []
  })
  return inTurn(() => TensorStorage.moveTowards(accelerator, storages))
}

/** Prepares the teardown of `accelerator`: its tensors move to the host, its executables go. */
export async function releaseAccelerator(accelerator: Accelerator): Promise<void> {
  await inTurn(() => TensorStorage.moveToHost(accelerator))
  executablesOf(accelerator).clear()
}

/**
 * Runs flushes one after the other, in the order of the calls. The first one starts at once, so that nothing recorded in
 * the meantime gets into it.
 */
export function inTurn<T>(flush: () => Promise<T>): Promise<T> {
  const before = turn
  const mine = before === null ? flush() : before.then(flush, flush)
  const settled: Promise<void> = mine.then(
    () => done(settled),
    () => done(settled),
  )
  turn = settled
  return mine
}

function done(settled: Promise<unknown>): void {
  if (turn === settled) turn = null
}
