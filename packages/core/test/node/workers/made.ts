import { threadId } from 'node:worker_threads'
import type { Dataset } from '../../../src/data/dataset.ts'
import type { HostTensor } from '../../../src/graph/host-tensor.ts'

export interface Made {
  readonly length: number
  /** What goes wrong at sample 5. */
  readonly trouble?: 'throw' | 'exit' | 'stray' | 'stuck'
}

/** Samples as numbers, except for the one that goes wrong. */
export async function dataset({ length, trouble }: Made): Promise<Dataset<unknown>> {
  return { length, get: (index) => (index === 5 && trouble !== undefined ? makeTrouble(trouble) : index) }
}

function makeTrouble(trouble: NonNullable<Made['trouble']>): unknown {
  switch (trouble) {
    case 'throw':
      throw new RangeError('disk on fire', { cause: new Error('a short circuit') })
    case 'exit':
      return process.exit(7)
    case 'stray':
      setTimeout(() => {
        throw new Error('nobody catches this')
      })
      return new Promise(() => {})
    case 'stuck':
      return new Promise(() => {})
  }
}

export interface Batch {
  readonly samples: unknown[]
  readonly bytes: Uint8Array
  readonly data: Float32Array
  readonly tensor: HostTensor
  readonly thread: number
}

/** A batch of what threads can be sent: a part of a larger buffer, and one buffer at two places. */
export function collate(samples: unknown[]): Batch {
  const data = new Float32Array(4)
  const bytes = new Uint8Array(100).fill(9, 10, 12).subarray(10, 12)
  return { samples, bytes, data, tensor: { data, shape: [2, 2], dtype: 'float32' }, thread: threadId }
}
