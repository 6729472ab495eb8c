import { UnsupportedError } from '@voltaic/core'
import { int64Vector, type OnnxInitializer, type OnnxNode, type OnnxTensor } from '../proto/index.ts'

/** A number that is `factor`·batch + `offset`. */
export interface Affine {
  readonly factor: number
  readonly offset: number
}

/** How `found`, one for each batch size, depends on it; null when it is not so many rows a sample, and some. */
export function affineOf(found: readonly number[], batches: readonly number[]): Affine | null {
  const factor = (found[1]! - found[0]!) / (batches[1]! - batches[0]!)
  const offset = found[0]! - factor * batches[0]!
  const fits = Number.isInteger(factor) && found.every((x, i) => x === factor * batches[i]! + offset)
  return fits ? { factor, offset } : null
}

/** `batch`, `4*batch`, `batch + 1`; a number where nothing depends on it. */
export function describeAffine({ factor, offset }: Affine, batchName: string): number | string {
  if (factor === 0) return offset
  const product = factor === 1 ? batchName : `${factor}*${batchName}`
  if (offset === 0) return product
  return `${product} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`
}

/** Where a constant is read. */
export interface ConstantUse {
  /** Its name in the first model. */
  readonly name: string
  /** The op that reads it, and as which of its inputs. */
  readonly reader: string
  readonly place: number
}

const batchSize = 'batch_size'

/** Shapes that depend on the batch size, computed in the model from the shape of an input. */
export class BatchSizes {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxInitializer[] = []
  readonly #input: string
  readonly #batches: readonly number[]
  readonly #known = new Map<string, string>()

  /** @param input - name of an input whose first dimension is the batch */
  constructor(input: string, batches: readonly number[]) {
    this.#input = input
    this.#batches = batches
  }

  /**
   * The name of a value that is the constant of the models, whatever the batch size is.
   *
   * @param constants - one for each batch size
   * @throws UnsupportedError when they differ and are no shape
   */
  constant(constants: readonly OnnxTensor[], { name, reader, place }: ConstantUse): string {
    const keys = constants.map(contentOf)
    if (keys.every((key) => key === keys[0])) return name
    const [{ elementType, dims }] = constants as [OnnxTensor]
    const isShape = elementType === 'int64' && dims.length === 1
    if (!isShape || constants.some((constant) => constant.dims.join() !== dims.join())) {
      throw this.#refused(reader, keys)
    }
    const vectors = constants.map(({ data }) => Array.from(data as BigInt64Array, Number))
    const entries = vectors[0]!.map((_, i) => {
      const affine = affineOf(
        vectors.map((vector) => vector[i]!),
        this.#batches,
      )
      if (affine === null) throw this.#refused(reader, keys)
      return affine
    })
    return reader === 'Reshape' && place === 1 ? this.#target(entries) : this.#vector(entries)
  }

  /** The shape to which something is reshaped; where it has one unknown, ONNX finds it. */
  #target(entries: readonly Affine[]): string {
    const dynamic = entries.filter(({ factor }) => factor !== 0)
    const hasZero = entries.some(({ factor, offset }) => factor === 0 && offset === 0)
    if (dynamic.length > 1 || hasZero) return this.#vector(entries)
    return this.#ints(entries.map(({ factor, offset }) => (factor === 0 ? offset : -1)))
  }

  /** factor·batch + offset in each place. */
  #vector(entries: readonly Affine[]): string {
    const [factors, offsets] = [entries.map(({ factor }) => factor), entries.map(({ offset }) => offset)]
    return this.#once(`${factors} ${offsets}`, () => {
      const product = this.#op('Mul', [this.#batchSize(), this.#ints(factors)])
      return offsets.every((offset) => offset === 0) ? product : this.#op('Add', [product, this.#ints(offsets)])
    })
  }

  #batchSize(): string {
    return this.#once(batchSize, () => {
      const attributes = { start: 0, end: 1 }
      this.nodes.push({ opType: 'Shape', inputs: [this.#input], outputs: [batchSize], attributes })
      return batchSize
    })
  }

  #ints(values: readonly number[]): string {
    return this.#once(`constant ${values}`, () => {
      const name = `dims_c${this.initializers.length}`
      this.initializers.push({ ...int64Vector(values), name })
      return name
    })
  }

  #op(opType: string, inputs: readonly string[]): string {
    const output = `dims_t${this.nodes.length}`
    this.nodes.push({ opType, inputs, outputs: [output] })
    return output
  }

  #once(key: string, make: () => string): string {
    const known = this.#known.get(key) ?? make()
    this.#known.set(key, known)
    return known
  }

  #refused(reader: string, keys: readonly string[]): UnsupportedError {
    const shown = keys.map((key, i) => `${shortened(key)} for a batch of ${this.#batches[i]}`)
    return new UnsupportedError(
      `toOnnx: only dimensions may depend on the batch size, got a model in which ${reader} reads ${shown.join(', ')}; pass { dynamicBatch: false } for one size`,
    )
  }
}

function contentOf({ elementType, dims, data }: OnnxTensor): string {
  // A list of numbers where there is one: −0 is not 0 then, either.
  const elements = Array.from(data as unknown as ArrayLike<number | bigint>, (x) => (Object.is(x, -0) ? '-0' : `${x}`))
  return `${elementType}[${dims}] (${elements})`
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`
}
