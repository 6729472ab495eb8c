import { specOf } from '@voltaic/core/graph'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, upload } from './graphs.ts'

/** Host and device share no memory: neither sees what the other changes. */
export function hostMemoryCases(): ConformanceCase[] {
  const requires = { dtypes: ['float32'] } as const
  return Object.entries(checks).map(([name, run]) => ({ id: `faults/host-memory/${name}`, layer: 6, requires, run }))
}

const checks: Readonly<Record<string, (context: CaseContext) => Promise<void>>> = {
  async 'upload-copies'({ accelerator }) {
    const data = Float32Array.of(1, 2, 3, 4)
    const buffer = accelerator.upload(data, specOf('float32', [4]))
    data.fill(9)
    try {
      checkNumbers('upload: of an array that changed afterwards', await download(accelerator, buffer), [1, 2, 3, 4])
    } finally {
      buffer.dispose()
    }
  },

  // A typed array may be a part of a larger buffer.
  async 'upload-of-a-part'({ accelerator }) {
    const data = Float32Array.of(8, 8, 1, 2, 3, 8).subarray(2, 5)
    const buffer = accelerator.upload(data, specOf('float32', [3]))
    try {
      checkNumbers('upload: of a part of an array', await download(accelerator, buffer), [1, 2, 3])
    } finally {
      buffer.dispose()
    }
  },

  async 'download-copies'({ accelerator }) {
    const buffer = upload(accelerator, [1, 2, 3, 4])
    try {
      const [first] = await accelerator.download([buffer])
      first!.fill(9)
      checkNumbers('download: after an earlier result was changed', await download(accelerator, buffer), [1, 2, 3, 4])
      const [one, other] = await accelerator.download([buffer, buffer])
      one!.fill(9)
      checkNumbers('download: of one buffer twice', other!, [1, 2, 3, 4])
    } finally {
      buffer.dispose()
    }
  },

  async 'downloads-stay'({ accelerator }) {
    const buffer = upload(accelerator, [1, 2, 3, 4])
    const [data] = await accelerator.download([buffer])
    buffer.dispose()
    const others = Array.from({ length: 4 }, () => upload(accelerator, [9, 9, 9, 9]))
    checkNumbers('download: after its buffer was disposed and others came', data!, [1, 2, 3, 4])
    for (const other of others) other.dispose()
  },
}
