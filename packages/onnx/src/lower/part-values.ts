import { type GraphNode, sameShape, type TensorSpec, type ValueId } from '@voltaic/core/graph'
import type { ModelBuilder } from '../model/model-builder.ts'
import type { OnnxValue } from '../model/onnx-value.ts'
import { type GraphPart, valueName } from './graph-part.ts'
import type { Surroundings } from './lowering.ts'

/**
 * What the values of a part have become so far.
 *
 * A value is bound to an ONNX value of its own shape or of a smaller one that broadcasts to it. ONNX's elementwise ops
 * broadcast as ours do, so a literal, a scalar or a broadcast row is written out in full only where another op reads it.
 */
export class PartValues implements Surroundings {
  readonly b: ModelBuilder
  readonly #specs: readonly TensorSpec[]
  readonly #makers = new Map<ValueId, GraphNode>()
  readonly #uses = new Map<ValueId, number>()
  readonly #loose = new Map<ValueId, OnnxValue>()
  readonly #exact = new Map<ValueId, OnnxValue>()

  constructor(b: ModelBuilder, { values, nodes, outputs }: GraphPart) {
    this.b = b
    this.#specs = values
    for (const node of nodes) {
      for (const id of node.outputs) this.#makers.set(id, node)
      for (const id of node.inputs) this.#uses.set(id, this.uses(id) + 1)
    }
    for (const id of outputs) this.#uses.set(id, this.uses(id) + 1)
  }

  bind(id: ValueId, value: OnnxValue): void {
    // Only in its full shape does it go by the name of the graph's value.
    if (sameShape(value.shape, this.spec(id).shape)) value.name ??= valueName(id)
    this.#loose.set(id, value)
  }

  spec(id: ValueId): TensorSpec {
    return this.#specs[id]!
  }

  maker(id: ValueId): GraphNode | undefined {
    return this.#makers.get(id)
  }

  uses(id: ValueId): number {
    return this.#uses.get(id) ?? 0
  }

  loose(id: ValueId): OnnxValue {
    return this.#loose.get(id)!
  }

  exact(id: ValueId): OnnxValue {
    const loose = this.loose(id)
    const { shape } = this.spec(id)
    if (sameShape(loose.shape, shape)) return loose
    let exact = this.#exact.get(id)
    if (exact === undefined) {
      exact = this.b.expand(loose, shape)
      this.#exact.set(id, exact)
    }
    return exact
  }
}
