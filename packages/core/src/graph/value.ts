import type { Interned } from './attributes.ts'
import type { Op } from './op.ts'
import type { TensorSpec } from './spec.ts'

/** What holds the bytes of a realised value. The graph only asks whether there is one. */
export interface Storage {
  readonly spec: TensorSpec
}

/** Where the gradient of a leaf is added up: a parameter, or a tensor created with `requiresGrad`. */
export interface GradientSink {
  accumulate(gradient: Value): void
}

/**
 * One recorded operation. Nodes are made by `record` alone; their inputs are let go once the step has ended and nothing
 * can ask for them again.
 */
export interface Node {
  readonly op: Op
  readonly attributes: Interned<object>
  inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** How many nodes had been recorded before it, in all. */
  readonly order: number
  /** Whether it depends on a batch, a parameter or a buffer, and so expires with its step. */
  readonly transient: boolean
  /** The user's line, captured only while anomalies are looked for. */
  readonly origin: string | undefined
  /** Scratch of traversals: the traversal that saw this node last. */
  mark: number
}

/** One output of a node: what a tensor is a handle on. */
export class Value {
  readonly node: Node
  readonly index: number
  readonly spec: TensorSpec
  readonly requiresGrad: boolean
  /** Present once the value is realised; for a leaf, from the start. */
  storage: Storage | null = null
  /** Present on leaves that collect a gradient. */
  sink: GradientSink | null = null
  /** Says why the value can no longer be had; null while it can. */
  expiry: ((value: Value) => string) | null = null
  /** Scratch of traversals. */
  mark = 0
  /** Scratch of traversals: the value's number in the recording that `mark` names. */
  number = 0
  /** Scratch of the backward pass. */
  cotangent: Value | null = null

  constructor(node: Node, index: number, spec: TensorSpec, requiresGrad: boolean) {
    this.node = node
    this.index = index
    this.spec = spec
    this.requiresGrad = requiresGrad
  }

  /** Why the value can no longer be had. */
  get expired(): string | null {
    return this.expiry === null ? null : this.expiry(this)
  }
}

let traversals = 0

/** A number no traversal has used: with it, `mark` needs no clearing. */
export function nextTraversal(): number {
  return ++traversals
}
