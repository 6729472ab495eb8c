import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { elementwise, everything, integers, type Lowering, type Lowerings } from '../lowering.ts'

/** Logic, bits, comparisons and selection. */
export const logic: Lowerings<
  'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight' | 'equal' | 'less' | 'lessEqual' | 'where'
> = {
  and: bits('And', 'BitwiseAnd'),
  or: bits('Or', 'BitwiseOr'),
  xor: bits('Xor', 'BitwiseXor'),
  shiftLeft: elementwise(integers, ([x, count], { b }) => b.cast(shift(b, 'LEFT', x!, count!), x!.type)),
  shiftRight: elementwise(integers, ([x, count], { b }) =>
    x!.type === 'int32' ? arithmeticShiftRight(b, x!, count!) : b.cast(shift(b, 'RIGHT', x!, count!), x!.type),
  ),
  equal: elementwise(everything, ([x, y], { b }) => b.test('Equal', x!, y!)),
  less: elementwise(everything, ([x, y], { b }) =>
    x!.type === 'bool' ? b.test('And', b.test('Not', x!), y!) : b.test('Less', x!, y!),
  ),
  lessEqual: elementwise(everything, ([x, y], { b }) =>
    x!.type === 'bool' ? b.test('Or', b.test('Not', x!), y!) : b.test('LessOrEqual', x!, y!),
  ),
  where: elementwise(everything, ([condition, x, y], { b }) => b.where(condition!, x!, y!)),
}

function bits(ofBool: string, ofIntegers: string): Lowering<object> {
  return elementwise(['bool', ...integers], ([x, y], { b }) => b.zip(x!.type === 'bool' ? ofBool : ofIntegers, x!, y!))
}

// BitShift knows unsigned types only; Cast between int32 and uint32 keeps the bits.
function shift(b: ModelBuilder, direction: 'LEFT' | 'RIGHT', x: OnnxValue, count: OnnxValue): OnnxValue {
  const modulo32 = b.zip('BitwiseAnd', b.cast(count, 'uint32'), b.scalar('uint32', 31))
  return b.zip('BitShift', b.cast(x, 'uint32'), modulo32, { direction })
}

/** Negative numbers shift with their bits flipped, so that zeros come in where ones must. */
function arithmeticShiftRight(b: ModelBuilder, x: OnnxValue, count: OnnxValue): OnnxValue {
  const isNegative = b.test('Less', x, b.scalar('int32', 0))
  const flips = b.where(isNegative, b.scalar('int32', -1), b.scalar('int32', 0))
  const shifted = shift(b, 'RIGHT', b.zip('BitwiseXor', x, flips), count)
  return b.zip('BitwiseXor', b.cast(shifted, 'int32'), flips)
}
