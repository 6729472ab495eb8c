import { type HostTensor, hostTensor, type OnHost, type Tensor } from '@voltaic/core'
import type { BatchesSpec } from './scenario.ts'

/** Inputs `[rows, 3]` and targets `[rows, 2]`. */
export interface Batch {
  readonly x: Tensor
  readonly y: Tensor
}

/** The batches of a specification, null for each that the loader does not have. */
export function batchesOf(
  { batches, rows = 2, offset = 0, extraRows = 0 }: BatchesSpec,
  dtype: 'float32' | 'float64',
): (OnHost<Batch> | null)[] {
  const numbers = typeof batches === 'number' ? Array.from({ length: batches }, (_, b) => b) : batches
  const full = numbers.map((b) => (b === null ? null : batchOf(offset + rows * b, rows, dtype)))
  return extraRows === 0 ? full : [...full, batchOf(offset + rows * numbers.length, extraRows, dtype)]
}

function batchOf(from: number, rows: number, dtype: 'float32' | 'float64'): OnHost<Batch> {
  const made = (columns: number, f: (k: number, j: number) => number): HostTensor => {
    const data = Array.from({ length: rows * columns }, (_, i) => f(from + Math.floor(i / columns), i % columns))
    return hostTensor(dtype === 'float64' ? Float64Array.from(data) : Float32Array.from(data), [rows, columns])
  }
  return {
    x: made(3, (k, j) => Math.sin(1 + 0.7 * k + 0.3 * j)),
    y: made(2, (k, j) => 0.8 * Math.cos(0.5 * k + j)),
  }
}
