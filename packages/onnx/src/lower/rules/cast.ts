import type { DType } from '@voltaic/core'
import { elementTypeOf, isFloatType, isHalfType } from '../../model/element-type.ts'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import type { OnnxElementType } from '../../proto/index.ts'
import { elementwise, everything, halves, type Lowerings } from '../lowering.ts'

/** Conversions: ONNX's Cast leaves undefined what a dtype cannot hold, where ours saturates. */
export const conversion: Lowerings<'cast'> = {
  cast: elementwise(
    [...everything, ...halves],
    ([x], { b, attributes: { dtype } }) => convert(b, x!, elementTypeOf(dtype)),
    { refuses: ([x], { dtype }) => isRoundedTwice(x!.dtype, dtype) },
  ),
}

/** ONNX Runtime goes to half types by way of float32. */
function isRoundedTwice(from: DType, to: DType): boolean {
  if (!halves.includes(to)) return false
  return from === 'float64' || (to === 'bfloat16' && (from === 'int32' || from === 'uint32'))
}

const ranges: Partial<Record<OnnxElementType, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, 1],
}

function convert(b: ModelBuilder, x: OnnxValue, to: OnnxElementType): OnnxValue {
  if (x.type === to) return x
  if (isHalfType(x.type)) return convert(b, b.cast(x, 'float'), to)
  if (isHalfType(to)) return b.cast(b.cast(x, 'float'), to)
  const range = ranges[to]
  // Cast to bool is `x ≠ 0`, as ours.
  if (to === 'bool' || range === undefined) return b.cast(x, to)
  if (isFloatType(x.type)) return saturateFloat(b, x, to, range)
  const [least, largest] = range
  const [from, until] = ranges[x.type]!
  const above = from < least ? b.zip('Max', x, b.scalar(x.type, least)) : x
  return b.cast(until > largest ? b.zip('Min', above, b.scalar(x.type, largest)) : above, to)
}

/** In float64, which holds the ends of every range. */
function saturateFloat(
  b: ModelBuilder,
  x: OnnxValue,
  to: OnnxElementType,
  [least, largest]: readonly [number, number],
): OnnxValue {
  const number = b.where(b.test('IsNaN', x), b.scalar(x.type, 0), x)
  const wide = b.cast(number, 'double')
  const clipped = b.op('Clip', [wide, b.scalar('double', least), b.scalar('double', largest)], wide)
  return b.cast(b.cast(clipped, 'int64'), to)
}
