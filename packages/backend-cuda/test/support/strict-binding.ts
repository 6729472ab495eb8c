import type { Binding, RawAttribute, RawOutput } from '../../src/binding/binding.ts'
import type { Tfjs } from '../../src/binding/load-tfjs.ts'
import { type TfDType, tfDTypeNumbers } from '../../src/binding/tf-dtype.ts'
import { checkCall } from '../../src/ops/check-call.ts'
import { definitions } from '../../src/ops/definitions.ts'
import type { AttributeDefinition, RawAttributes, RawInput, RawSpec, Shape } from '../../src/ops/op-definition.ts'

type TensorData = Float32Array | Int32Array | Uint8Array

interface Tensor extends RawSpec {
  /** Of the handle of a variable: what the variable holds. */
  variable?: RawSpec
  /** What it was created from, and how that looked then; undefined for results. */
  readonly created?: { readonly data: TensorData; readonly before: TensorData }
}

const attributeNumbers = {
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
}

const kinds: Readonly<Record<AttributeDefinition['kind'], number>> = {
  string: attributeNumbers.TF_ATTR_STRING,
  int: attributeNumbers.TF_ATTR_INT,
  ints: attributeNumbers.TF_ATTR_INT,
  float: attributeNumbers.TF_ATTR_FLOAT,
  bool: attributeNumbers.TF_ATTR_BOOL,
  type: attributeNumbers.TF_ATTR_TYPE,
  shape: attributeNumbers.TF_ATTR_SHAPE,
}

const dtypeNames = new Map(Object.entries(tfDTypeNumbers).map(([name, number]) => [number, name as TfDType]))

/** Typed arrays that the addon takes, and the dtypes for which it does. */
const accepted: readonly (readonly [new (length: number) => TensorData, readonly TfDType[]])[] = [
  [Float32Array, ['float']],
  [Int32Array, ['int32', 'int64']],
  [Uint8Array, ['bool', 'uint8']],
]

/** The typed arrays in which the addon gives dtypes back; it knows no other. */
const readable: Partial<Record<TfDType, new (length: number) => TensorData>> = {
  float: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
}

/**
 * The addon without TensorFlow: it refuses all that the addon refuses, and all that the addon would let pass and TensorFlow
 * choke on. Results have dtypes and shapes, and read as zeros and `truth`. As a GPU does, it takes any index.
 */
export class StrictBinding implements Binding {
  readonly TF_Version = 'strict'
  readonly TF_ATTR_STRING = attributeNumbers.TF_ATTR_STRING
  readonly TF_ATTR_INT = attributeNumbers.TF_ATTR_INT
  readonly TF_ATTR_FLOAT = attributeNumbers.TF_ATTR_FLOAT
  readonly TF_ATTR_BOOL = attributeNumbers.TF_ATTR_BOOL
  readonly TF_ATTR_TYPE = attributeNumbers.TF_ATTR_TYPE
  readonly TF_ATTR_SHAPE = attributeNumbers.TF_ATTR_SHAPE
  /** Names of the ops that ran, in order. */
  readonly executed: string[] = []
  /** Handles that were read. */
  reads = 0
  /** Variables that were made and not destroyed. */
  variables = 0
  /** The most handles that lived at once. */
  peak = 0
  /** What bools read as. */
  truth = true
  /** Makes the call with this number fail, as a device without memory does. */
  failAt = Number.POSITIVE_INFINITY
  /** Makes the calls fail that it says. */
  fails: (name: string) => boolean = () => false
  readonly #isGpu: boolean
  readonly #tensors: Map<number, Tensor> = new Map()
  #next = 0

  constructor({ isGpu = false }: { readonly isGpu?: boolean } = {}) {
    this.#isGpu = isGpu
  }

  /** Handles that live. */
  get count(): number {
    return this.#tensors.size
  }

  isUsingGpuDevice(): boolean {
    return this.#isGpu
  }

  createTensor(shape: Shape, dtype: number, data: TensorData): number {
    const name = dtypeNames.get(dtype)
    const taken = accepted.find(([Data]) => data instanceof Data)
    if (taken === undefined || name === undefined || !taken[1].includes(name)) {
      throw new Error(`Tensor type does not match ${data.constructor.name}`)
    }
    const size = shape.reduce((product, n) => product * n, 1) * (name === 'int64' ? 2 : 1)
    if (size !== data.length) throw new Error('Shape does not match typed-array in bindData()')
    return this.#add({ dtype: name, shape, created: { data, before: data.slice() } })
  }

  deleteTensor(id: number): void {
    this.#get(id, 'Delete called on a Tensor not referenced')
    this.#tensors.delete(id)
  }

  tensorDataSync(id: number): TensorData {
    const { dtype, shape } = this.#get(id, 'Get data called on a Tensor not referenced')
    const Data = readable[dtype]
    if (Data === undefined) throw new Error(`Unhandled TF_DataType: ${dtype}`)
    this.reads++
    const data = new Data(shape.reduce((product, n) => product * n, 1))
    return dtype === 'bool' ? data.fill(Number(this.truth)) : data
  }

  executeOp(
    name: string,
    attributes: readonly RawAttribute[],
    inputs: readonly number[],
    outputCount: number,
  ): readonly RawOutput[] {
    if (this.executed.length === this.failAt || this.fails(name))
      throw new Error('Invalid TF_Status: 8\nMessage: OOM when allocating')
    const operands = inputs.map((id) => this.#get(id, 'Input Tensor ID not referenced'))
    const specs = checkCall(name, namedAttributes(name, attributes), operands.map(known))
    if (specs.length !== outputCount) throw new Error(`${name} has ${specs.length} outputs, got ${outputCount}`)
    this.executed.push(name)
    if (name === 'AssignVariableOp') operands[0]!.variable = operands[1]!
    if (name === 'DestroyResourceOp') this.variables--
    if (name === 'VarHandleOp') this.variables++
    return specs.map(({ dtype, shape }) => ({
      id: this.#add({ dtype, shape }),
      dtype: tfDTypeNumbers[dtype],
      shape: [...shape],
    }))
  }

  #add(tensor: Tensor): number {
    this.#tensors.set(this.#next, tensor)
    this.peak = Math.max(this.peak, this.#tensors.size)
    return this.#next++
  }

  #get(id: number, problem: string): Tensor {
    const tensor = this.#tensors.get(id)
    if (tensor === undefined) throw new Error(`${problem} (tensor_id: ${id})`)
    const { created } = tensor
    if (created?.data.some((x, i) => !Object.is(x, created.before[i]))) {
      throw new Error(`the data of a tensor was changed after it was made (tensor_id: ${id})`)
    }
    return tensor
  }
}

/** A module `@tensorflow/tfjs-node-gpu` around a binding. */
export function tfjsOn(binding: Binding): Tfjs {
  return { version: {}, backend: () => ({ binding }) }
}

function known({ dtype, shape, created, variable }: Tensor): RawInput {
  return {
    dtype,
    shape,
    ...(dtype === 'int32' && created !== undefined ? { numbers: Array.from(created.data) } : {}),
    ...(variable === undefined ? {} : { variable }),
  }
}

/** Attributes by name, each of the kind that the op defines; the addon would ignore one that is not. */
function namedAttributes(op: string, attributes: readonly RawAttribute[]): RawAttributes {
  return Object.fromEntries(
    attributes.map(({ name, type, value }) => {
      const definition = definitions[op]?.attributes[name]
      if (definition !== undefined && kinds[definition.kind] !== type)
        throw new Error(`${op}: ${name} has kind ${type}`)
      return [name, definition?.kind === 'type' ? dtypeNames.get(value as number)! : value]
    }),
  )
}
