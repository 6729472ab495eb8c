import { UnsupportedError } from '@voltaic/core'
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from '../proto/index.ts'
import { affineOf, BatchSizes, describeAffine } from './batch-sizes.ts'

/** A model that was lowered for a batch of some size. */
export interface SizedModel {
  readonly batch: number
  readonly model: OnnxModel
}

export interface GeneraliseOptions {
  /** Name of the symbolic dimension. */
  readonly batchName: string
}

/**
 * One model for any batch size, from models for several. They must be one and the same but for dimensions that grow with the
 * batch: those become symbolic in inputs and outputs, and are computed where an op takes a shape.
 *
 * @param sized - two or more of them; the sizes differ
 * @throws UnsupportedError when something else differs
 */
export function generalise(sized: readonly SizedModel[], { batchName }: GeneraliseOptions): OnnxModel {
  const models = sized.map(({ model }) => model.graph)
  const batches = sized.map(({ batch }) => batch)
  const [first] = models as [OnnxModel['graph']]
  const sizes = new BatchSizes(first.inputs[0]!.name, batches)
  const same = new Correspondence(models.map(({ inputs }) => inputs.map(({ name }) => name)))
  const tensors = models.map(({ initializers }) => new Map(initializers.map(({ name, ...rest }) => [name, rest])))

  requireEqual(
    models.map(({ nodes }) => nodes.length),
    batches,
    'the number of ops',
  )
  const nodes = first.nodes.map((node, i): OnnxNode => {
    const twins = models.map((model) => model.nodes[i]!)
    requireEqual(
      twins.map(({ opType, domain, attributes, inputs, outputs }) =>
        JSON.stringify([opType, domain, attributes, inputs.length, outputs.length], bytesAsList),
      ),
      batches,
      `op ${i}`,
    )
    const inputs = node.inputs.map((name, j) => {
      const names = twins.map((twin) => twin.inputs[j]!)
      const constants = names.map((twinName, k) => tensors[k]!.get(twinName))
      if (constants.some((constant) => constant === undefined)) {
        same.require(names, node.opType)
        return name
      }
      return sizes.constant(constants as OnnxTensor[], { name, reader: node.opType, place: j })
    })
    same.add(twins.map(({ outputs }) => outputs))
    return { ...node, inputs }
  })
  const infos = (which: 'inputs' | 'outputs') =>
    first[which].map((info, i): OnnxValueInfo => {
      const all = models.map((model) => model[which][i]!.dims as readonly number[])
      return { ...info, dims: symbolic(all, batches, batchName) }
    })
  const outputs = infos('outputs')
  const { nodes: computed, initializers } = sizes
  const allNodes = [...computed, ...nodes]
  const read = new Set(allNodes.flatMap((node) => node.inputs))
  return {
    ...sized[0]!.model,
    graph: {
      ...first,
      nodes: allNodes,
      inputs: infos('inputs'),
      outputs,
      initializers: [...first.initializers.filter(({ name }) => read.has(name)), ...initializers],
    },
  }
}

/** Which values of the models are one, by the names in the first. */
class Correspondence {
  readonly #inFirst: Map<string, string>[]

  constructor(names: readonly (readonly string[])[]) {
    this.#inFirst = names.map(() => new Map([['', '']]))
    this.add(names)
  }

  /** @param names - of each model, as many */
  add(names: readonly (readonly string[])[]): void {
    for (const [k, ofModel] of names.entries()) {
      for (const [i, name] of ofModel.entries()) this.#inFirst[k]!.set(name, names[0]![i]!)
    }
  }

  require(names: readonly string[], reader: string): void {
    if (names.every((name, k) => this.#inFirst[k]!.get(name) === names[0])) return
    throw depends(`${reader} reads other values`)
  }
}

function symbolic(
  all: readonly (readonly number[])[],
  batches: readonly number[],
  batchName: string,
): (number | string)[] {
  return all[0]!.map((_, axis) => {
    const affine = affineOf(
      all.map((dims) => dims[axis]!),
      batches,
    )
    if (affine === null) throw depends(`a dimension is ${all.map((dims) => dims[axis]).join(', ')}`)
    return describeAffine(affine, batchName)
  })
}

function requireEqual(found: readonly unknown[], batches: readonly number[], what: string): void {
  if (found.every((item) => item === found[0])) return
  const shown = found.map((item, i) => `${item} for a batch of ${batches[i]}`)
  throw depends(`${what} is ${shown.join(', ')}`)
}

function bytesAsList(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] : value
}

/** The error for what no symbolic dimension can say. */
export function depends(how: string): UnsupportedError {
  return new UnsupportedError(
    `toOnnx: only dimensions may depend on the batch size, got a model in which ${how}; pass { dynamicBatch: false } for one size`,
  )
}
