import type { Accelerator, DeviceBuffer } from '../accelerator/accelerator.ts'
import { ExpiredTensorError } from '../errors/errors.ts'
import { resolveAlias } from '../graph/alias.ts'
import { type Capture, capture } from '../graph/capture.ts'
import type { HostArray } from '../graph/dtype.ts'
import { packScalars } from '../graph/graph.ts'
import { NumberStorage } from '../graph/record.ts'
import { formatSpec, type TensorSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { currentAccelerator, inTurn } from './accelerator-in-use.ts'
import { findAnomaly } from './anomaly.ts'
import type { CachedExecutable } from './executables.ts'
import { numberToHost } from './host.ts'
import { executablesOf, realm } from './realm.ts'
import type { Slot } from './slot.ts'
import { adopt, expireLeaf, shareStorage } from './step-scope.ts'
import { keepFrom, TensorStorage } from './storage.ts'

/**
 * Realises every slot that was assigned since the last commit, what the open step keeps, and `extra`, in one execution.
 * Buffers that a slot gives up are donated inside a step; outside, they stay readable until the next commit.
 *
 * On failure nothing has changed: call `rollback` to forget what was assigned.
 *
 * @throws ExpiredTensorError when something assigned depends on a tensor of an earlier step
 */
export function commit(extra: readonly Value[] = []): Promise<void> {
  return inTurn(() => commitNow(extra))
}

/** Commits if something was assigned since the last commit. */
export async function commitAssigned(): Promise<void> {
  if (realm.dirty.size > 0) await commit()
}

/** Forgets everything assigned since the last commit. */
export function rollback(): void {
  for (const slot of [...realm.dirty]) slot.rollback()
  realm.wanted.clear()
}

/** Host copies of `values`, computed if they are not there yet. Nothing is donated. */
export function read(values: readonly Value[]): Promise<HostArray[]> {
  return inTurn(() => readNow(values))
}

interface Assignment {
  readonly slot: Slot
  /** The slot's value when the commit began. */
  readonly captured: Value | null
  /** The same behind its aliases. */
  readonly value: Value | null
}

async function commitNow(extra: readonly Value[]): Promise<void> {
  const { step } = realm
  const assignments = [...realm.dirty].map(toAssignment)
  const wanted = [...extra, ...(step?.kept ?? []), ...realm.wanted]
  for (const value of wanted) shareStorage(value)
  const visible = new Map<Value, Value>()
  for (const value of wanted)
    if (isPending(value) && isPending(resolveAlias(value))) visible.set(value, resolveAlias(value))
  const targets = new Set<Value>()
  for (const { value } of assignments) if (value !== null && value.storage === null) targets.add(value)
  for (const source of visible.values()) targets.add(source)

  // A leaf that becomes another slot's value, or that someone holds a snapshot of, has more owners than its slot.
  const carried = retainCarried(assignments)
  const replaced = step === null ? new Set<Value>() : replacedLeaves(assignments)
  let storages: Map<Value, TensorStorage>
  try {
    storages = await execute([...targets], (leaf) => replaced.has(leaf))
  } catch (error) {
    for (const storage of carried.values()) storage.release()
    throw error
  }

  releaseRetired()
  for (const { slot, captured, value } of assignments) {
    const storage = value === null ? null : (carried.get(slot) ?? storages.get(value)!.retain())
    const before = slot.commit(captured, storage)
    if (before !== null) retire(before, step === null)
  }
  for (const [value, source] of visible) adopt(value, storages.get(source)!.retain())
  for (const storage of storages.values()) storage.release()
  for (const value of wanted) realm.wanted.delete(value)
}

function isPending({ storage, expiry }: Value): boolean {
  return storage === null && expiry === null
}

function toAssignment(slot: Slot): Assignment {
  const captured = slot.value
  return { slot, captured, value: captured === null ? null : resolveAlias(captured) }
}

/** Storage that slots take over as it is, each retained for its new owner. */
function retainCarried(assignments: readonly Assignment[]): Map<Slot, TensorStorage> {
  const carried = new Map<Slot, TensorStorage>()
  for (const { slot, value } of assignments) {
    if (value?.storage instanceof TensorStorage) carried.set(slot, value.storage.retain())
    else if (value?.storage instanceof NumberStorage)
      carried.set(slot, TensorStorage.ofHost(...numberToHost(value.storage)))
  }
  return carried
}

function replacedLeaves(assignments: readonly Assignment[]): Set<Value> {
  const leaves = new Set<Value>()
  for (const { slot } of assignments) if (slot.committed !== null) leaves.add(slot.committed)
  return leaves
}

function releaseRetired(): void {
  for (const leaf of realm.retiring) {
    releaseLeaf(leaf)
    expireLeaf(leaf, 'it was computed from a parameter that has been updated twice since')
  }
  realm.retiring = []
}

function retire(leaf: Value, keepForOneCommit: boolean): void {
  if (keepForOneCommit) {
    realm.retiring.push(leaf)
    return
  }
  releaseLeaf(leaf)
  expireLeaf(leaf, 'it was computed from a value that its step has replaced')
}

function releaseLeaf(leaf: Value): void {
  const { storage } = leaf
  keepFrom(leaf)
  // The user may have disposed of it, or the run has taken its buffer.
  if (storage instanceof TensorStorage && !storage.isReleased) storage.release()
}

/** Runs what `outputs` depend on. The caller owns each storage once. */
async function execute(
  outputs: readonly Value[],
  donates: (leaf: Value) => boolean = () => false,
): Promise<Map<Value, TensorStorage>> {
  if (outputs.length === 0) return new Map()
  const { accelerator, ready } = currentAccelerator()
  if (ready !== null) await ready
  if (realm.detectAnomaly) await findAnomaly(capture(outputs), accelerator)
  const captured = capture(outputs, { donates })
  const inputs = captured.inputs.map((leaf) => leaf.storage as TensorStorage)
  const cached = executablesOf(accelerator).get(captured)
  const compiled = cached instanceof Promise ? await cached : cached
  const results = await run(compiled, captured, inputs, accelerator)
  const storages = results.map((buffer) => TensorStorage.ofBuffer(buffer, accelerator))
  const owners = storages.map(() => 0)
  const found = new Map<Value, TensorStorage>()
  for (const [i, output] of outputs.entries()) {
    const position = compiled.positions[i]!
    // Two outputs that turned out to be one value share its bytes.
    found.set(output, owners[position]!++ === 0 ? storages[position]! : storages[position]!.retain())
  }
  return found
}

async function run(
  { graph, executable, promoted }: CachedExecutable,
  captured: Capture,
  inputs: readonly TensorStorage[],
  accelerator: Accelerator,
): Promise<readonly DeviceBuffer[]> {
  for (const { isReleased, spec } of inputs) if (isReleased) throw new ExpiredTensorError(releasedWhileWaiting(spec))
  const buffers = inputs.map((storage) => storage.bufferOn(accelerator))
  const copies: DeviceBuffer[] = []
  const taken: TensorStorage[] = []
  for (const i of captured.donated) {
    const storage = inputs[i]!
    if (storage.owners === 1) {
      taken.push(storage)
      continue
    }
    // Someone else owns it too: the run gets a copy to consume.
    buffers[i] = accelerator.copy(buffers[i]!)
    copies.push(buffers[i]!)
  }
  const scalars = [...captured.scalars, ...promoted.map((i) => captured.numbers[i]!)]
  const block = packScalars(
    graph,
    scalars.map((leaf) => (leaf.storage as NumberStorage).value),
  )
  try {
    const results = await executable.run(buffers, block)
    for (const storage of taken) storage.forget()
    return results
  } catch (error) {
    for (const copy of copies) copy.dispose()
    throw error
  }
}

function releasedWhileWaiting(spec: TensorSpec): string {
  return `read: something it is computed from was let go while it waited, got ${formatSpec(spec)}; await reads before the step ends and before dispose()`
}

async function realiseNow(values: readonly Value[]): Promise<void> {
  const resolved = values.map(resolveAlias)
  for (const value of resolved) if (value.expiry !== null) throw new ExpiredTensorError(value.expiry(value))
  const pending = [...new Set(resolved.filter((value) => value.storage === null))]
  if (realm.step !== null && pending.some((value) => value.requiresGrad)) hintAtSecondForward()
  const storages = await execute(pending)
  for (const value of pending) adopt(value, storages.get(value)!)
}

let hinted = false

function hintAtSecondForward(): void {
  if (hinted) return
  hinted = true
  console.warn(
    'tensor: a value that has a gradient was read before the end of its step, which computes it and all before it a second time; to watch it, pass it to this.log() or .keep() it and read it after the step',
  )
}

async function readNow(values: readonly Value[]): Promise<HostArray[]> {
  await realiseNow(values)
  return Promise.all(
    values.map((value) => {
      const { storage } = resolveAlias(value)
      if (storage instanceof NumberStorage) return numberToHost(storage)[0]
      return (storage as TensorStorage).read()
    }),
  )
}
