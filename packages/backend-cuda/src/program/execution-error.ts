import { AcceleratorError, OutOfRangeError } from '@voltaic/core'
import type { OpStep } from './program.ts'

/** What TensorFlow says of a call that failed, as an error of ours. */
export function executionError({ source, name }: Pick<OpStep, 'source' | 'name'>, error: Error): Error {
  const message = error.message.replace(/^Invalid TF_Status: \d+\s*Message: /, '').trim()
  if (/is not in \[0, |out of range|does not index into/.test(message) && indexed.has(name)) {
    return new OutOfRangeError(
      `${source}: index out of range, got ${message}; indices (and labels) count from 0 and end before the axis does`,
      { cause: error },
    )
  }
  if (/OOM|out of memory|RESOURCE_EXHAUSTED/i.test(message)) {
    return new AcceleratorError(
      `cuda: out of memory in ${source} (${name}), got ${message}; use smaller batches, or a precision of 16 bits`,
      { cause: error },
    )
  }
  return new AcceleratorError(
    `cuda: ${source} (${name}) failed in TensorFlow, got ${message}; run voltaic-cuda-doctor`,
    {
      cause: error,
    },
  )
}

const indexed: ReadonlySet<string> = new Set([
  'GatherV2',
  'GatherNd',
  'TensorScatterAdd',
  'UnsortedSegmentMax',
  'UnsortedSegmentSum',
])
