import type { TfDType } from '../binding/tf-dtype.ts'
import type { Quirks } from '../lower/emitter.ts'
import { rawAttributes } from '../program/raw-attributes.ts'
import { takesChannelsFirst } from './find-layout.ts'
import type { Handles } from './handles.ts'

/** Runs what is known to go wrong in some kernel. */
export function findQuirks(handles: Handles): Quirks {
  const of = (name: string, x: number) => resultsOf(handles, name, x)
  return {
    sqrtOfInfinity: of('Sqrt', Number.POSITIVE_INFINITY).some((y) => y !== Number.POSITIVE_INFINITY),
    sigmoidVanishes: of('Sigmoid', -30).some((y) => y === 0),
    reluOfNan: of('Relu', Number.NaN).some((y) => !Number.isNaN(y)),
    channelsFirst: takesChannelsFirst(handles),
    silentIndices: takesAnyIndex(handles),
    halfSums: sumInHalf(handles) !== 2 * LENGTH + LARGE,
  }
}

// Not a multiple of the elements that a kernel takes at once: both its loops run.
const LENGTH = 37

function resultsOf(handles: Handles, name: string, x: number): number[] {
  const input = handles.create(new Float32Array(LENGTH).fill(x), 'float', [LENGTH])
  const [output] = handles.execute(name, rawAttributes(handles.binding, name, { T: 'float' }), [input], 1)
  const results = Array.from(handles.read(output!.id))
  for (const id of [input, output!.id]) handles.free(id)
  return results
}

/** Gathers row 1 of one row. */
function takesAnyIndex(handles: Handles): boolean {
  const { binding } = handles
  const attributes = { Tparams: 'float', Tindices: 'int32', Taxis: 'int32', batch_dims: 0 }
  const inputs = [
    handles.create(Float32Array.of(1), 'float', [1]),
    handles.create(Int32Array.of(1), 'int32', [1]),
    handles.create(Int32Array.of(0), 'int32', []),
  ]
  try {
    const [output] = handles.execute('GatherV2', rawAttributes(binding, 'GatherV2', attributes), inputs, 1)
    handles.free(output!.id)
    return true
  } catch {
    return false
  } finally {
    for (const id of inputs) handles.free(id)
  }
}

// Beside this number, half has no odd ones.
const LARGE = 2048

/** A row of ones with a large number in its middle, times a column of ones, in half. */
function sumInHalf(handles: Handles): number {
  const length = 2 * LENGTH + 1
  const row = new Float32Array(length).fill(1)
  row[LENGTH] = LARGE
  const { binding } = handles
  const cast = (id: number, SrcT: TfDType, DstT: TfDType) =>
    handles.execute('Cast', rawAttributes(binding, 'Cast', { SrcT, DstT, Truncate: false }), [id], 1)[0]!.id
  const ids = [
    handles.create(row, 'float', [1, length]),
    handles.create(new Float32Array(length).fill(1), 'float', [length, 1]),
  ]
  const [a, b] = ids.map((id) => cast(id, 'float', 'half')) as [number, number]
  const attributes = rawAttributes(binding, 'MatMul', { T: 'half', transpose_a: false, transpose_b: false })
  const product = handles.execute('MatMul', attributes, [a, b], 1)[0]!.id
  const sum = cast(product, 'half', 'float')
  const result = handles.read(sum)[0]!
  for (const id of [...ids, a, b, product, sum]) handles.free(id)
  return result
}
