import type { Shape } from '@voltaic/core'
import { broadcastShapes, reducedShape, sameShape, sizeOf } from '@voltaic/core/graph'
import type { OnnxElementType, OnnxModel, OnnxTensor } from '../proto/index.ts'
import { elementTypes } from '../proto/index.ts'
import { assembleModel } from './assemble-model.ts'
import { dataOf, type NumericType } from './element-type.ts'
import { type OnnxAttributes, type OnnxOp, OnnxValue, type OpOptions } from './onnx-value.ts'

/** Type and shape of what an op makes. */
export interface ResultSpec {
  readonly type: OnnxElementType
  readonly shape: Shape
}

/**
 * A model that grows op by op. Shapes and element types are known throughout, so that lowerings can ask. What no output
 * needs is left out in the end: a lowering may emit more than is read.
 */
export class ModelBuilder {
  /** Whether ops of ONNX Runtime alone are kept out, so that other runtimes read the model, too. */
  readonly isPortable: boolean
  readonly #inputs: OnnxValue[] = []
  readonly #ops: OnnxOp[] = []
  readonly #constants = new Map<OnnxValue, OnnxTensor>()
  readonly #constantsByContent = new Map<string, OnnxValue>()

  constructor({ isPortable = false }: { readonly isPortable?: boolean } = {}) {
    this.isPortable = isPortable
  }

  input(name: string, { type, shape }: ResultSpec): OnnxValue {
    const value = new OnnxValue(type, shape, name)
    this.#inputs.push(value)
    return value
  }

  /** A constant; equal ones are one, so that ONNX Runtime finds equal ops. */
  constant(type: NumericType, shape: Shape, values: readonly number[]): OnnxValue {
    // Written out by hand: a join would make one of 0 and −0.
    const content = values.length > 4096 ? undefined : values.map((x) => (Object.is(x, -0) ? '-0' : `${x}`)).join()
    const key = `${type}[${shape.join()}]${content}`
    const known = content === undefined ? undefined : this.#constantsByContent.get(key)
    if (known !== undefined) return known
    const value = new OnnxValue(type, shape)
    this.#constants.set(value, { elementType: type, dims: shape, data: dataOf(type, values) })
    if (content !== undefined) this.#constantsByContent.set(key, value)
    return value
  }

  /** A 0-d constant. */
  scalar(type: OnnxElementType, x: number): OnnxValue {
    return this.constant(type as NumericType, [], [x])
  }

  /** The int64 vector in which ONNX takes shapes, axes and offsets. */
  ints(values: readonly number[]): OnnxValue {
    return this.constant('int64', [values.length], values)
  }

  /** An op of several outputs. */
  ops(
    opType: string,
    inputs: readonly (OnnxValue | undefined)[],
    results: readonly ResultSpec[],
    options: OpOptions = {},
  ): OnnxValue[] {
    const outputs = results.map(({ type, shape }) => new OnnxValue(type, shape))
    this.#ops.push({ opType, inputs, outputs, ...options })
    return outputs
  }

  /** An op of one output. */
  op(
    opType: string,
    inputs: readonly (OnnxValue | undefined)[],
    result: ResultSpec,
    attributes: OnnxAttributes = {},
    domain?: string,
  ): OnnxValue {
    return this.ops(opType, inputs, [result], domain === undefined ? { attributes } : { attributes, domain })[0]!
  }

  /** An elementwise op on one operand that keeps its type. */
  map(opType: string, x: OnnxValue, attributes: OnnxAttributes = {}): OnnxValue {
    return this.op(opType, [x], x, attributes)
  }

  /** An elementwise op on two operands of one type that keeps it; shapes broadcast. */
  zip(opType: string, x: OnnxValue, y: OnnxValue, attributes: OnnxAttributes = {}): OnnxValue {
    return this.op(opType, [x, y], { type: x.type, shape: broadcast(x, y) }, attributes)
  }

  /** An elementwise op with truth values as its result; shapes broadcast. */
  test(opType: string, x: OnnxValue, y?: OnnxValue): OnnxValue {
    return this.op(opType, y === undefined ? [x] : [x, y], { type: 'bool', shape: broadcast(x, y ?? x) })
  }

  /** Elements of `x` where `condition` holds, else of `y`; shapes broadcast. */
  where(condition: OnnxValue, x: OnnxValue, y: OnnxValue): OnnxValue {
    const detour = whereDetours[x.type]
    if (detour !== undefined)
      return this.cast(this.where(condition, this.cast(x, detour), this.cast(y, detour)), x.type)
    const shape = broadcastShapes(condition.shape, broadcast(x, y))!
    return this.op('Where', [condition, x, y], { type: x.type, shape })
  }

  /** `x` in another type; out of range as C++ does it, so only for what is known to fit. */
  cast(x: OnnxValue, type: OnnxElementType): OnnxValue {
    return x.type === type ? x : this.op('Cast', [x], { type, shape: x.shape }, { to: elementTypes[type].code })
  }

  reshape(x: OnnxValue, shape: Shape): OnnxValue {
    if (sameShape(x.shape, shape)) return x
    // Without it a 0 in the shape would mean “as the input has it”.
    const attributes = shape.includes(0) ? { allowzero: 1 } : {}
    return this.op('Reshape', [x, this.ints(shape)], { type: x.type, shape }, attributes)
  }

  /** `x` with every element of `shape` written out; `x` may have leading ones too many. */
  expand(x: OnnxValue, shape: Shape): OnnxValue {
    if (sizeOf(x.shape) === sizeOf(shape)) return this.reshape(x, shape)
    const trimmed = x.shape.length > shape.length ? this.reshape(x, x.shape.slice(-shape.length)) : x
    return this.op('Expand', [trimmed, this.ints(shape)], { type: x.type, shape })
  }

  transpose(x: OnnxValue, axes: readonly number[]): OnnxValue {
    if (axes.every((axis, i) => axis === i)) return x
    return this.op('Transpose', [x], { type: x.type, shape: axes.map((axis) => x.shape[axis]!) }, { perm: axes })
  }

  /** One of the Reduce ops. */
  reduce(
    opType: string,
    x: OnnxValue,
    over: { readonly axes: readonly number[]; readonly keepDims: boolean },
  ): OnnxValue {
    const { axes, keepDims } = over
    // To ONNX, no axes would mean all of them.
    if (axes.length === 0) return x
    const shape = reducedShape(x.shape, axes, keepDims)
    return this.op(opType, [x, this.ints(axes)], { type: x.type, shape }, { keepdims: keepDims ? 1 : 0 })
  }

  /** The model whose outputs are `outputs`, in order, by the names they bring. */
  build(outputs: readonly { readonly name: string; readonly value: OnnxValue }[]): OnnxModel {
    return assembleModel({ inputs: this.#inputs, ops: this.#ops, constants: this.#constants, outputs })
  }
}

// ONNX Runtime's Where lacks these types; a Cast there and back keeps all bits.
const whereDetours: Partial<Record<OnnxElementType, OnnxElementType>> = { bool: 'uint8', uint32: 'int32' }

function broadcast(x: OnnxValue, y: OnnxValue): Shape {
  return broadcastShapes(x.shape, y.shape)!
}
