import { isPrimitive, type ValueId } from '@voltaic/core/graph'
import { isFloatType } from '../../model/element-type.ts'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import {
  elementwise,
  everything,
  floats,
  integers,
  type Lowering,
  type LoweringContext,
  type Lowerings,
  numbers,
  type Surroundings,
} from '../lowering.ts'
import { foldBias } from './contraction-folds.ts'
import { foldStrips } from './pad-folds.ts'
import { foldLogSoftmax, foldSoftmax } from './softmax-folds.ts'

/** Elementwise arithmetic on two operands. */
export const arithmetic: Lowerings<
  'add' | 'sub' | 'mul' | 'div' | 'floorDivide' | 'remainder' | 'pow' | 'minimum' | 'maximum'
> = {
  add: { ...zip('Add'), fold: (context) => foldBias(context) ?? foldStrips(context) },
  sub: { ...zip('Sub'), fold: foldLogSoftmax },
  mul: zip('Mul'),
  div: elementwise(floats, ([x, y], { b }) => b.zip('Div', x!, y!), { fold: foldSoftmax }),
  floorDivide: elementwise(integers, ([x, y], { b }) => {
    const zero = b.scalar(x!.type, 0)
    return b.where(b.test('Equal', y!, zero), zero, floorDivide(b, x!, safeDivisor(b, y!)))
  }),
  remainder: elementwise(numbers, ([x, y], { b }) =>
    isFloatType(x!.type) ? floatRemainder(b, x!, y!) : integerRemainder(b, x!, y!),
  ),
  pow: elementwise(floats, ([x, y], { b }) => b.zip('Pow', x!, y!)),
  minimum: elementwise(everything, ([x, y], { b }) => b.zip(x!.type === 'bool' ? 'And' : 'Min', x!, y!)),
  maximum: elementwise(everything, ([x, y], { b }) => b.zip(x!.type === 'bool' ? 'Or' : 'Max', x!, y!), {
    fold: foldRelu,
  }),
}

/** max(x, 0) as a Relu, which ONNX Runtime makes part of a Gemm or Conv before it. */
function foldRelu({ b, node, around }: LoweringContext<object>): OnnxValue | undefined {
  const [x, zero] = node.inputs as [ValueId, ValueId]
  if (around.spec(x).dtype !== 'float32' || !isZero(zero, around)) return undefined
  return b.map('Relu', around.loose(x))
}

function isZero(id: ValueId, around: Surroundings): boolean {
  const maker = around.maker(id)
  if (maker === undefined) return false
  if (isPrimitive(maker, 'broadcastTo')) return isZero(maker.inputs[0]!, around)
  return isPrimitive(maker, 'literal') && maker.attributes.value === 0
}

function zip(opType: string): Lowering<object> {
  return elementwise(numbers, ([x, y], { b }) => b.zip(opType, x!, y!))
}

// Integer Div and Mod end the process on −2³¹ / −1 and fail on a divisor of 0. Quotients of 32-bit integers are exact
// enough in float64: none but a whole one lies within its precision of a whole number.
function floorDivide(b: ModelBuilder, x: OnnxValue, y: OnnxValue): OnnxValue {
  const quotient = b.map('Floor', b.zip('Div', b.cast(x, 'double'), b.cast(y, 'double')))
  return b.cast(b.cast(quotient, 'int64'), x.type)
}

/** 1 in the place of 0. */
function safeDivisor(b: ModelBuilder, y: OnnxValue): OnnxValue {
  return b.where(b.test('Equal', y, b.scalar(y.type, 0)), b.scalar(y.type, 1), y)
}

/** x − ⌊x / y⌋ · y; the remainder by 1, which stands for 0, is 0 as it must be. */
function integerRemainder(b: ModelBuilder, x: OnnxValue, y: OnnxValue): OnnxValue {
  const divisor = safeDivisor(b, y)
  return b.zip('Sub', x, b.zip('Mul', floorDivide(b, x, divisor), divisor))
}

/** C's fmod, moved by one divisor where the signs differ. */
function floatRemainder(b: ModelBuilder, x: OnnxValue, y: OnnxValue): OnnxValue {
  const zero = b.scalar(x.type, 0)
  const rest = b.zip('Mod', x, y, { fmod: 1 })
  const signsDiffer = b.test('Xor', b.test('Less', rest, zero), b.test('Less', y, zero))
  const isZero = b.test('Equal', rest, zero)
  return b.where(b.test('And', signsDiffer, b.test('Not', isZero)), b.zip('Add', rest, y), rest)
}
