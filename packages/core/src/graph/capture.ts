import { ExpiredTensorError } from '../errors/errors.ts'
import { NumberStorage, numberOp } from './record.ts'
import { type Node, nextTraversal, type Value } from './value.ts'

/**
 * What was recorded, as found from the values that are asked for: its structure as a key, and beside it what varies from
 * run to run. Dead code is never visited.
 */
export interface Capture {
  /** The structure: valid until the next capture; copy to keep. */
  readonly key: Int32Array
  readonly hash: number
  /** The values asked for, aliases resolved. None is a leaf. */
  readonly outputs: readonly Value[]
  /** Leaves that are buffers, in the order found. */
  readonly inputs: readonly Value[]
  /** Which of `inputs` are donated. */
  readonly donated: readonly number[]
  /** Runtime scalars, in the order found. */
  readonly scalars: readonly Value[]
  /** The user's numbers, in the order found. */
  readonly numbers: readonly Value[]
  /** Nodes, inputs first. */
  readonly nodes: readonly Node[]
  /** One more than the largest `number` that a value got. */
  readonly count: number
}

export interface CaptureOptions {
  /** Whether the buffer of this leaf is given away. */
  readonly donates?: (leaf: Value) => boolean
  /** Leaves to be numbered first, in this order, whether they are used or not. */
  readonly leaves?: readonly Value[]
  /** Values that count as inputs, whatever they are, numbered before all else. */
  readonly boundary?: readonly Value[]
}

// Entries of a key. A node is the id of its op and attributes, which is ≥ 0, then its inputs.
const INPUT = -1
const DONATED = -2
const SCALAR = -3
const NUMBER = -4
const OUTPUTS = -5

let key = new Int32Array(4096)

/**
 * Captures what `outputs` depend on. Values are numbered per capture, in the order of a depth-first walk, so equal
 * structures have equal keys whatever was recorded around them.
 *
 * @param outputs - values that are not realised, nor aliases of realised ones
 * @throws ExpiredTensorError when an output depends on something whose step has ended
 */
export function capture(
  outputs: readonly Value[],
  { donates, leaves = [], boundary = [] }: CaptureOptions = {},
): Capture {
  const traversal = nextTraversal()
  const inputs: Value[] = []
  const donated: number[] = []
  const scalars: Value[] = []
  const numbers: Value[] = []
  const nodes: Node[] = []
  const stack: Node[] = []
  const cursor: number[] = []
  let length = 0
  let count = 0

  const grow = (room: number): void => {
    if (length + room <= key.length) return
    const larger = new Int32Array(key.length * 2 + room)
    larger.set(key)
    key = larger
  }

  const numberLeaf = (leaf: Value, entry: number): void => {
    leaf.mark = traversal
    leaf.number = count++
    grow(2)
    key[length++] = entry
    key[length++] = leaf.spec.id
  }

  const leafEntry = (leaf: Value): number => {
    if (leaf.storage instanceof NumberStorage) {
      const isNumber = leaf.node.op === numberOp
      ;(isNumber ? numbers : scalars).push(leaf)
      return isNumber ? NUMBER : SCALAR
    }
    const isDonated = donates?.(leaf) ?? false
    if (isDonated) donated.push(inputs.length)
    inputs.push(leaf)
    return isDonated ? DONATED : INPUT
  }

  const complete = (node: Node): void => {
    if (node.op.kind === 'alias') {
      for (let i = 0; i < node.outputs.length; i++) {
        const alias = node.outputs[i]!
        if (alias.storage !== null) continue
        alias.mark = traversal
        alias.number = node.inputs[i]!.number
      }
      return
    }
    nodes.push(node)
    grow(2 + node.inputs.length)
    key[length++] = node.attributes.id
    key[length++] = node.inputs.length
    for (const input of node.inputs) key[length++] = input.number
    for (const output of node.outputs) {
      const number = count++
      if (output.storage !== null) continue
      output.mark = traversal
      output.number = number
    }
  }

  const enter = (value: Value): void => {
    if (value.mark === traversal) return
    if (value.expiry !== null) throw new ExpiredTensorError(value.expiry(value))
    if (value.storage !== null) return numberLeaf(value, leafEntry(value))
    stack.push(value.node)
    cursor.push(0)
  }

  for (const value of boundary) {
    inputs.push(value)
    numberLeaf(value, INPUT)
  }
  for (const leaf of leaves) enter(leaf)
  for (const output of outputs) {
    enter(output)
    while (stack.length > 0) {
      const top = stack.length - 1
      const node = stack[top]!
      const next = cursor[top]!++
      if (next < node.inputs.length) {
        enter(node.inputs[next]!)
        continue
      }
      stack.pop()
      cursor.pop()
      complete(node)
    }
  }

  grow(1 + outputs.length)
  key[length++] = OUTPUTS
  for (const output of outputs) key[length++] = output.number
  const view = key.subarray(0, length)
  return { key: view, hash: hashOf(view), outputs, inputs, donated, scalars, numbers, nodes, count }
}

/** FNV-1a over whole words, with a final mix (G. Fowler, L. C. Noll, K.-P. Vo). */
function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Whether two structural keys are the same. */
export function sameKey(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
