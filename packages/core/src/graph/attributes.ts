import type { TensorSpec } from './spec.ts'

/** What an attribute may hold. Attributes are structure: each new value is a new executable. */
export type AttributeValue = number | string | boolean | object | readonly AttributeValue[]

/**
 * Attributes of one op, interned: equal attributes of one op are one object, and `id` stands for op and attributes
 * together in structural keys.
 */
export interface Interned<A> {
  readonly id: number
  readonly values: A
  /** Output specs by input specs, so that shapes are checked once per structure. */
  readonly inferred: InferenceTrie
}

/** Output specs, found by the ids of the input specs one after the other. */
export interface InferenceTrie {
  readonly next: Map<number, InferenceTrie>
  outputs: readonly TensorSpec[] | undefined
}

interface TrieNode {
  readonly next: Map<unknown, TrieNode>
  interned: Interned<unknown> | undefined
}

/** The attributes seen so far of one op. */
export interface AttributeTable {
  readonly root: TrieNode
}

let count = 0

export function attributeTable(): AttributeTable {
  return { root: { next: new Map(), interned: undefined } }
}

/** The one object that stands for `values`, whose properties must come in a fixed order. */
export function internAttributes<A extends object>(table: AttributeTable, values: A): Interned<A> {
  let node = table.root
  for (const key in values) node = descend(node, values[key as keyof A])
  node.interned ??= {
    id: count++,
    values: frozenCopy(values),
    inferred: { next: new Map(), outputs: undefined },
  }
  return node.interned as Interned<A>
}

// Arrays may be the caller's, who is free to change them later.
function frozenCopy<A extends object>(values: A): A {
  const copy = Object.entries(values).map(([key, value]) => [key, Array.isArray(value) ? copyArray(value) : value])
  return Object.freeze(Object.fromEntries(copy))
}

function copyArray(array: readonly unknown[]): readonly unknown[] {
  return Object.freeze(array.map((element) => (Array.isArray(element) ? copyArray(element) : element)))
}

// Maps take NaN as equal to itself but 0 as equal to −0, which is another literal.
const negativeZero = Symbol('-0')

function descend(node: TrieNode, value: unknown): TrieNode {
  if (Array.isArray(value)) {
    let inner = step(node, value.length)
    for (const element of value) inner = descend(inner, element)
    return inner
  }
  return step(node, Object.is(value, -0) ? negativeZero : value)
}

function step(node: TrieNode, key: unknown): TrieNode {
  let next = node.next.get(key)
  if (next === undefined) {
    next = { next: new Map(), interned: undefined }
    node.next.set(key, next)
  }
  return next
}
