import { type HostBatch, widths } from './mlp.ts'

interface Output {
  readonly id: number
}

interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** The addon of tfjs-node-gpu, as far as it is called here. */
export interface RawBinding {
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Float32Array
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Output[]
}

const [float, int32] = [1, 3]

interface Variable {
  readonly value: number
  readonly m: number
  readonly v: number
}

/**
 * A training step of the MLP as one would write it by hand in TensorFlow's ops, each handle freed as soon as it can be: a
 * forward pass, a backward pass with the gradients that TensorFlow has ops for, and Adam on variables.
 */
export class RawMlp {
  readonly #binding: RawBinding
  readonly #variables: readonly Variable[]
  readonly #scalars: Readonly<Record<'lr' | 'beta1' | 'beta2' | 'eps' | 'share', number>>
  readonly #axis: number
  readonly #attributes: ReturnType<typeof attributesOf>
  #step = 0

  constructor(binding: RawBinding, batchSize: number) {
    this.#binding = binding
    this.#attributes = attributesOf(binding)
    this.#axis = binding.createTensor([1], int32, Int32Array.of(0))
    const constants = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, share: 1 / batchSize }
    this.#scalars = Object.fromEntries(
      Object.entries(constants).map(([name, x]) => [name, this.#scalar(x)]),
    ) as typeof constants
    this.#variables = widths.slice(1).flatMap((rows, layer) => {
      const columns = widths[layer]!
      return [[rows, columns], [rows]].map((shape, i) =>
        this.#variable(shape, i === 0 ? 1 / Math.sqrt(columns) : 0, `raw/${layer}/${i}`),
      )
    })
  }

  /** One step. @returns the loss */
  run({ x, label }: HostBatch): number {
    const b = this.#binding
    const { product, productA, productB, type, bias, reduction, loss: lossTypes } = this.#attributes
    const input = b.createTensor(x.shape, float, x.data.slice() as Float32Array)
    const labels = b.createTensor(label.shape, int32, label.data.slice() as Int32Array)
    const weights = this.#variables.map(({ value }) => this.#one('ReadVariableOp', this.#attributes.variable, [value]))
    const activations = [input]
    for (let layer = 0; layer < 3; layer++) {
      const z = this.#one('MatMul', productB, [activations[layer]!, weights[2 * layer]!])
      const biased = this.#one('BiasAdd', bias, [z, weights[2 * layer + 1]!])
      activations.push(layer < 2 ? this.#one('Relu', type, [biased]) : biased)
      this.#free(z, ...(layer < 2 ? [biased] : []))
    }
    const [losses, share] = b.executeOp('SparseSoftmaxCrossEntropyWithLogits', lossTypes, [activations[3]!, labels], 2)
    const loss = this.#one('Mean', reduction, [losses!.id, this.#axis])
    let g = this.#one('Mul', type, [share!.id, this.#scalars.share])
    this.#free(losses!.id, share!.id)
    const gradients: number[] = []
    for (let layer = 2; layer >= 0; layer--) {
      gradients[2 * layer] = this.#one('MatMul', productA, [g, activations[layer]!])
      gradients[2 * layer + 1] = this.#one('BiasAddGrad', bias, [g])
      if (layer === 0) break
      const through = this.#one('MatMul', product, [g, weights[2 * layer]!])
      const next = this.#one('ReluGrad', type, [through, activations[layer]!])
      this.#free(through, g)
      g = next
    }
    this.#free(g, ...activations, labels, ...weights)
    this.#update(gradients)
    const [result] = b.tensorDataSync(loss)
    this.#free(loss)
    return result!
  }

  #update(gradients: readonly number[]): void {
    this.#step++
    const powers = [0.9 ** this.#step, 0.999 ** this.#step].map((x) => this.#scalar(x))
    const { lr, beta1, beta2, eps } = this.#scalars
    for (const [i, { value, m, v }] of this.#variables.entries()) {
      const inputs = [value, m, v, ...powers, lr, beta1, beta2, eps, gradients[i]!]
      this.#binding.executeOp('ResourceApplyAdam', this.#attributes.adam, inputs, 0)
    }
    this.#free(...powers, ...gradients)
  }

  #variable(shape: readonly number[], bound: number, name: string): Variable {
    const make = (suffix: string, bound: number) => {
      const handle = this.#one('VarHandleOp', this.#attributes.variableOf(shape, `${name}/${suffix}`), [])
      const size = shape.reduce((product, n) => product * n, 1)
      const data = Float32Array.from({ length: size }, () => (2 * Math.random() - 1) * bound)
      const tensor = this.#binding.createTensor(shape, float, data)
      this.#binding.executeOp('AssignVariableOp', this.#attributes.variable, [handle, tensor], 0)
      this.#free(tensor)
      return handle
    }
    return { value: make('value', bound), m: make('m', 0), v: make('v', 0) }
  }

  #scalar(x: number): number {
    return this.#binding.createTensor([], float, Float32Array.of(x))
  }

  #one(name: string, attributes: readonly Attribute[], inputs: readonly number[]): number {
    return this.#binding.executeOp(name, attributes, inputs, 1)[0]!.id
  }

  #free(...ids: readonly number[]): void {
    for (const id of ids) this.#binding.deleteTensor(id)
  }
}

function attributesOf(b: RawBinding) {
  const dtype = (name: string, value = float): Attribute => ({ name, type: b.TF_ATTR_TYPE, value })
  const flag = (name: string, value = false): Attribute => ({ name, type: b.TF_ATTR_BOOL, value })
  const text = (name: string, value: string): Attribute => ({ name, type: b.TF_ATTR_STRING, value })
  const product = (a: boolean, c: boolean) => [dtype('T'), flag('transpose_a', a), flag('transpose_b', c)]
  return {
    type: [dtype('T')],
    product: product(false, false),
    productA: product(true, false),
    productB: product(false, true),
    bias: [dtype('T'), text('data_format', 'NHWC')],
    reduction: [dtype('T'), dtype('Tidx', int32), flag('keep_dims')],
    loss: [dtype('T'), dtype('Tlabels', int32)],
    adam: [dtype('T'), flag('use_locking'), flag('use_nesterov')],
    variable: [dtype('dtype')],
    variableOf: (shape: readonly number[], name: string) => [
      text('container', ''),
      text('shared_name', name),
      dtype('dtype'),
      { name: 'shape', type: b.TF_ATTR_SHAPE, value: shape },
    ],
  }
}
