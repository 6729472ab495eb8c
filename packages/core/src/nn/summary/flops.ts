import { resolveAlias } from '../../graph/alias.ts'
import { buildGraph } from '../../graph/build-graph.ts'
import { type Capture, capture } from '../../graph/capture.ts'
import type { Composite, Op } from '../../graph/op.ts'
import { inputValue, withoutRecordingState } from '../../graph/record.ts'
import type { TensorSpec } from '../../graph/spec.ts'
import type { Node, Value } from '../../graph/value.ts'

/** Counts floating-point operations: those of matrix products and convolutions, a multiplication and an addition each. */
export class FlopCounter {
  readonly #ofComposites = new WeakMap<object, Map<string, number>>()

  of({ op, attributes, inputs, outputs }: Node): number {
    return this.#count(op, attributes.values, specsOf(inputs), specsOf(outputs))
  }

  #count(op: Op, attributes: object, inputs: Specs, outputs: Specs): number {
    if (op.kind === 'primitive') return contractions[op.name]?.(inputs, outputs, attributes) ?? 0
    return op.kind === 'composite' ? this.#ofComposite(op as Composite, attributes, inputs) : 0
  }

  #ofComposite(op: Composite, attributes: object, inputs: Specs): number {
    // Equal attributes are one object: a table of its own for each.
    const known = this.#ofComposites.get(attributes) ?? new Map<string, number>()
    this.#ofComposites.set(attributes, known)
    const key = `${op.name} ${inputs.map(({ id }) => id)}`
    const count = known.get(key) ?? this.#ofParts(op, attributes, inputs)
    known.set(key, count)
    return count
  }

  /** What a composite is made of, without what is there twice. */
  #ofParts(op: Composite, attributes: object, inputs: Specs): number {
    const { nodes, values } = withoutRecordingState(() => {
      const leaves = inputs.map((spec) => inputValue({ spec }))
      return buildGraph(captureOf(op.decompose(leaves, attributes as never))).graph
    })
    const specsAt = (ids: readonly number[]) => ids.map((id) => values[id]!)
    return nodes.reduce(
      (sum, node) => sum + this.#count(node.op, node.attributes, specsAt(node.inputs), specsAt(node.outputs)),
      0,
    )
  }
}

/** Everything that was recorded for `values` and is not realised. */
export function nodesBehind(values: readonly Value[]): readonly Node[] {
  return captureOf(values).nodes
}

function captureOf(values: readonly Value[]): Capture {
  const pending = values.map(resolveAlias).filter(({ storage }) => storage === null)
  return capture([...new Set(pending)])
}

function specsOf(values: readonly Value[]): Specs {
  return values.map(({ spec }) => spec)
}

type Specs = readonly TensorSpec[]

const contractions: Readonly<Record<string, (inputs: Specs, outputs: Specs, attributes: object) => number>> = {
  matmul: ([a], [y], attributes) => {
    const { transposeA } = attributes as { readonly transposeA: boolean }
    return 2 * y!.size * a!.shape.at(transposeA ? -2 : -1)!
  },
  conv: ([, w], [y]) => 2 * y!.size * perChannel(w!),
  convInputGrad: ([g, w]) => 2 * g!.size * perChannel(w!),
  convWeightGrad: ([, g], [w]) => 2 * g!.size * perChannel(w!),
}

/** Elements of a kernel `[outChannels, inChannels / groups, …]` that make one output. */
function perChannel({ size, shape }: TensorSpec): number {
  return shape[0] === 0 ? 0 : size / shape[0]!
}
