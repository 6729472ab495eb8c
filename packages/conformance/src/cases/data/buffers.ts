import type { DeviceBuffer } from '@voltaic/core'
import { specOf } from '@voltaic/core/graph'
import { check, expectEqual, expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'

/** Buffers are what their owner makes of them, and nobody else. */
export function bufferCases(): ConformanceCase[] {
  const cases: Readonly<Record<string, ConformanceCase['run']>> = {
    'upload-copies': uploadCopies,
    'download-copies': downloadCopies,
    'copy-is-independent': copyIsIndependent,
    'many-at-once': manyAtOnce,
    'download-of-the-same': downloadOfTheSame,
    'refuses-misfits': refusesMisfits,
    'refuses-disposed': refusesDisposed,
  }
  return Object.entries(cases).map(([name, run]) => {
    return { id: `data/buffers/${name}`, layer: 1, requires: { dtypes: ['float32'] }, run }
  })
}

const triple = specOf('float32', [3])

async function numbersIn({ accelerator }: CaseContext, buffer: DeviceBuffer): Promise<string> {
  const [data] = await accelerator.download([buffer])
  return [...data!].join()
}

async function uploadCopies(context: CaseContext): Promise<void> {
  const data = Float32Array.of(1, 2, 3)
  const buffer = context.accelerator.upload(data, triple)
  data.fill(9)
  expectEqual('a buffer whose host array was changed after the upload', await numbersIn(context, buffer), '1,2,3')
  buffer.dispose()
}

async function downloadCopies(context: CaseContext): Promise<void> {
  const buffer = context.accelerator.upload(Float32Array.of(1, 2, 3), triple)
  const [data] = await context.accelerator.download([buffer])
  data!.fill(9)
  expectEqual('a buffer whose download was changed', await numbersIn(context, buffer), '1,2,3')
  buffer.dispose()
}

async function copyIsIndependent(context: CaseContext): Promise<void> {
  const { accelerator } = context
  const buffer = accelerator.upload(Float32Array.of(1, 2, 3), triple)
  const copy = accelerator.copy(buffer)
  expectEqual('spec of a copy', copy.spec, triple)
  buffer.dispose()
  const other = accelerator.upload(Float32Array.of(7, 8, 9), triple)
  expectEqual('a copy whose original was disposed of', await numbersIn(context, copy), '1,2,3')
  copy.dispose()
  other.dispose()
}

async function manyAtOnce({ accelerator }: CaseContext): Promise<void> {
  const before = accelerator.stats().liveBuffers
  const count = 1000
  const buffers = Array.from({ length: count }, (_, i) => accelerator.upload(Float32Array.of(i, -i, i / 2), triple))
  expectEqual(`live buffers after ${count} uploads`, accelerator.stats().liveBuffers - before, count)
  // Every other one goes, and others come in their places.
  for (const [i, buffer] of buffers.entries()) if (i % 2 === 1) buffer.dispose()
  for (let i = 1; i < count; i += 2) buffers[i] = accelerator.upload(Float32Array.of(i, -i, i / 2), triple)
  const downloads = await accelerator.download(buffers)
  for (const [i, data] of downloads.entries())
    expectEqual(`buffer ${i} of ${count}`, [...data].join(), [i, -i, i / 2].join())
  for (const buffer of buffers) buffer.dispose()
  expectEqual('live buffers after all are gone', accelerator.stats().liveBuffers, before)
}

async function downloadOfTheSame({ accelerator }: CaseContext): Promise<void> {
  expectEqual('arrays of no buffers', (await accelerator.download([])).length, 0)
  const buffer = accelerator.upload(Float32Array.of(1, 2, 3), triple)
  const [one, other] = await accelerator.download([buffer, buffer])
  check(one !== other, 'download: gives one array for two buffers that are the same')
  expectEqual('the second of two downloads', [...other!].join(), '1,2,3')
  buffer.dispose()
}

async function refusesMisfits({ accelerator }: CaseContext): Promise<void> {
  const before = accelerator.stats().liveBuffers
  const refused = { name: ['DTypeError', 'ShapeError', 'AcceleratorError'] }
  await expectError('upload of another array type', () => accelerator.upload(new Int32Array(3), triple), refused)
  await expectError('upload of too few elements', () => accelerator.upload(new Float32Array(2), triple), refused)
  expectEqual('live buffers after uploads that were refused', accelerator.stats().liveBuffers, before)
}

async function refusesDisposed({ accelerator }: CaseContext): Promise<void> {
  const buffer = accelerator.upload(new Float32Array(3), triple)
  buffer.dispose()
  buffer.dispose()
  await expectError('download of a buffer that was disposed of', () => accelerator.download([buffer]), {
    name: 'AcceleratorError',
  })
  await expectError('copy of a buffer that was disposed of', () => accelerator.copy(buffer), {
    name: 'AcceleratorError',
  })
}
