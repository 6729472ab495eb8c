import { type DType, HostRandom } from '@voltaic/core'
import { bytesPerElement, dtypes, type HostArray, hostArray, reshape, type Shape, specOf } from '@voltaic/core/graph'
import { evaluate } from '../../check/evaluate.ts'
import { leafOf } from '../../check/operands.ts'
import { expectSameBytes } from '../../check/same-bytes.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { bufferCases } from './buffers.ts'
import { halfPatternCases } from './half-patterns.ts'

const shapes: readonly Shape[] = [[], [0], [2, 0, 3], [1], [1, 1, 1, 1], [5, 7], [257], [1023], [2, 3, 4, 5]]
const oddLengths: readonly number[] = Array.from({ length: 33 }, (_, i) => i + 1)

/** Layer 1: what is uploaded comes back, of every dtype, size and shape. */
export function dataCases(): ConformanceCase[] {
  return [
    ...dtypes.map((dtype): ConformanceCase => {
      const run = (context: CaseContext) => roundTrips(context, dtype)
      return { id: `data/round-trip/${dtype}`, layer: 1, requires: { dtypes: [dtype] }, run }
    }),
    ...(['float32', 'uint8'] as const).map((dtype): ConformanceCase => {
      const elements = 2 ** 22 + 3
      const requires = { dtypes: [dtype], bufferBytes: elements * bytesPerElement(dtype) }
      return {
        id: `data/large/${dtype}`,
        layer: 1,
        requires,
        run: (context) => largeRoundTrip(context, dtype, elements),
      }
    }),
    ...bufferCases(),
    ...halfPatternCases(),
  ]
}

/** Bits drawn at random; NaN with one pattern, because what passes through a graph keeps no other. */
function drawnBits(random: HostRandom, dtype: DType, length: number): HostArray {
  const data = hostArray(dtype, length)
  if (dtype === 'bool') return data.map(() => random.below(2))
  const bytes = new Uint8Array(data.buffer)
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.uint32()
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i]!)) data[i] = i
  }
  return data
}

async function roundTrips({ accelerator, seed }: CaseContext, dtype: DType): Promise<void> {
  const random = new HostRandom(seed, `data ${dtype}`)
  const specs = [...shapes, ...oddLengths.map((n) => [n])].map((shape) => specOf(dtype, shape))
  const sent = specs.map(({ size }) => drawnBits(random, dtype, size))
  const buffers = specs.map((spec, i) => accelerator.upload(sent[i]!, spec))
  const received = await accelerator.download(buffers)
  for (const buffer of buffers) buffer.dispose()
  for (const [i, { shape }] of specs.entries()) expectSameBytes(received[i]!, sent[i]!, dtype, shape)
  await passThroughGraph(accelerator, random, dtype)
}

/** Half of the bit patterns of half types are numbers that a device may flush; movement must keep them all. */
async function passThroughGraph(
  accelerator: CaseContext['accelerator'],
  random: HostRandom,
  dtype: DType,
): Promise<void> {
  const isHalf = dtype === 'float16' || dtype === 'bfloat16'
  const lengths = [0, 1, 7, 255]
  const sent = lengths.map((n) =>
    isHalf ? Uint16Array.from({ length: n }, (_, i) => 0x3c00 + i) : drawnBits(random, dtype, n),
  )
  const outputs = sent.map((data) => reshape(leafOf({ data, shape: [data.length], dtype }), [1, data.length]))
  const received = await evaluate(accelerator, outputs)
  for (const [i, { data, shape }] of received.entries()) expectSameBytes(data, sent[i]!, dtype, shape)
}

async function largeRoundTrip({ accelerator }: CaseContext, dtype: DType, elements: number): Promise<void> {
  const data = hostArray(dtype, elements)
  for (let i = 0; i < elements; i++) data[i] = i % 251
  const buffer = accelerator.upload(data, specOf(dtype, [elements]))
  const [received] = await accelerator.download([buffer])
  buffer.dispose()
  expectSameBytes(received!, data, dtype, [elements])
}
