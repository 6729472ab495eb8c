import { type DType, type HostArray, hostArray } from '../../graph/dtype.ts'
import {
  bfloat16ToNumber,
  float16ToNumber,
  numberToBfloat16,
  numberToFloat16,
  roundToBfloat16,
  roundToFloat16,
} from '../../util/half.ts'

/** One number as `dtype` holds it: floats to the nearest, ties to even; integers modulo their range; bool 0 or 1. */
const rounding: Readonly<Record<DType, (x: number) => number>> = {
  float64: (x) => x,
  float32: Math.fround,
  float16: roundToFloat16,
  bfloat16: roundToBfloat16,
  int32: (x) => x | 0,
  uint32: (x) => x >>> 0,
  uint8: (x) => x & 0xff,
  bool: (x) => (x === 0 ? 0 : 1),
}

/** Rounds every number of `data` as `dtype` does, in place. */
export function roundAll(dtype: DType, data: Float64Array): void {
  if (dtype === 'float64') return
  // By far the most frequent: spelled out, it is compiled without a call.
  if (dtype === 'float32') {
    for (let i = 0; i < data.length; i++) data[i] = Math.fround(data[i]!)
    return
  }
  const round = rounding[dtype]
  for (let i = 0; i < data.length; i++) data[i] = round(data[i]!)
}

/** The numbers that a host array of `dtype` stands for. */
export function decode(dtype: DType, host: HostArray): Float64Array {
  const data = new Float64Array(host)
  if (dtype === 'float16') for (let i = 0; i < data.length; i++) data[i] = float16ToNumber(host[i]!)
  if (dtype === 'bfloat16') for (let i = 0; i < data.length; i++) data[i] = bfloat16ToNumber(host[i]!)
  return data
}

/** The host array of numbers that `dtype` holds. */
export function encode(dtype: DType, data: ArrayLike<number>): HostArray {
  const host = hostArray(dtype, data.length)
  if (dtype === 'float16') for (let i = 0; i < data.length; i++) host[i] = numberToFloat16(data[i]!)
  else if (dtype === 'bfloat16') for (let i = 0; i < data.length; i++) host[i] = numberToBfloat16(data[i]!)
  else host.set(data)
  return host
}
