import type { Accelerator, Executable } from '@voltaic/core'
import { neg, specOf, type TensorSpec } from '@voltaic/core/graph'
import { recordedGraph } from '../../check/evaluate.ts'
import { check, expectEqual, expectError } from '../../check/expect.ts'
import { leaf } from '../../check/operands.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { capabilityCases } from './capabilities.ts'

const pair: TensorSpec = specOf('float32', [2])

/** Layer 0: availability, setup and teardown, re-entry, device loss, counters. */
export function lifecycleCases(): ConformanceCase[] {
  const cases: Readonly<Record<string, ConformanceCase['run']>> = {
    'availability-has-no-effect': availabilityHasNoEffect,
    'setup-and-teardown': setupAndTeardown,
    're-entry': reEntry,
    'concurrent-setup': concurrentSetup,
    'setup-again': setupAgain,
    'teardown-frees-all': teardownFreesAll,
    'use-before-setup': useBeforeSetup,
    'instances-are-independent': instancesAreIndependent,
    'loss-stays-pending': lossStaysPending,
    counters,
  }
  const own = Object.entries(cases).map(([name, run]): ConformanceCase => {
    return { id: `lifecycle/${name}`, layer: 0, requires: { ops: [['neg', 'float32']] }, run }
  })
  return [...own, ...capabilityCases()]
}

function negation(accelerator: Accelerator): Promise<Executable> {
  return accelerator.compile(recordedGraph([neg(leaf([0, 0]))], new Set()).built.graph)
}

/** Negates two numbers on `accelerator`, which is set up, and leaves nothing there. */
async function expectWorks(accelerator: Accelerator): Promise<void> {
  const executable = await negation(accelerator)
  const input = accelerator.upload(Float32Array.of(1, -2), pair)
  const [output] = await executable.run([input], new ArrayBuffer(0))
  const [numbers] = await accelerator.download([output!])
  expectEqual('−[1, −2]', [...numbers!].join(), '-1,2')
  input.dispose()
  output!.dispose()
  executable.dispose()
}

async function availabilityHasNoEffect({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  for (let i = 0; i < 2; i++) {
    const availability = await accelerator.isAvailable()
    check(availability.available, 'isAvailable: of a second accelerator false, where the first one was')
    if (availability.available) check(availability.device !== '', 'isAvailable: names no device')
  }
  await expectError('upload after isAvailable alone', () => accelerator.upload(new Float32Array(2), pair), {
    name: 'AcceleratorError',
  })
}

async function setupAndTeardown({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  await accelerator.setup()
  try {
    await expectWorks(accelerator)
    await accelerator.synchronize()
  } finally {
    await accelerator.teardown()
  }
}

async function reEntry({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  await accelerator.setup()
  await accelerator.setup()
  const buffer = accelerator.upload(Float32Array.of(3, 4), pair)
  await accelerator.teardown()
  const [kept] = await accelerator.download([buffer])
  expectEqual('a buffer after one of two teardowns', [...kept!].join(), '3,4')
  await expectWorks(accelerator)
  await accelerator.teardown()
  await expectError('upload after the last teardown', () => accelerator.upload(new Float32Array(2), pair), {
    name: 'AcceleratorError',
  })
}

async function concurrentSetup({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  await Promise.all([accelerator.setup(), accelerator.setup()])
  await accelerator.teardown()
  await expectWorks(accelerator)
  await accelerator.teardown()
}

async function setupAgain({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  for (let i = 0; i < 3; i++) {
    await accelerator.setup()
    await expectWorks(accelerator)
    await accelerator.teardown()
  }
}

async function teardownFreesAll({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  await accelerator.setup()
  const buffer = accelerator.upload(new Float32Array(2), pair)
  const executable = await negation(accelerator)
  await executable.run([buffer], new ArrayBuffer(0))
  await accelerator.teardown()
  const { liveBuffers, liveBytes } = accelerator.stats()
  expectEqual('live buffers after teardown', liveBuffers, 0)
  expectEqual('live bytes after teardown', liveBytes, 0)
  // What is gone may still be disposed of, by whoever does not know.
  buffer.dispose()
  executable.dispose()
  expectEqual('live buffers after a late dispose', accelerator.stats().liveBuffers, 0)
}

async function useBeforeSetup({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  const refused = { name: 'AcceleratorError' }
  await expectError('upload before setup', () => accelerator.upload(new Float32Array(2), pair), refused)
  await expectError('compile before setup', () => negation(accelerator), refused)
  await expectError('synchronize before setup', () => accelerator.synchronize(), refused)
  const { liveBuffers, compiles, executions } = accelerator.stats()
  expectEqual('counters before setup', [liveBuffers, compiles, executions].join(), '0,0,0')
}

async function instancesAreIndependent({ create }: CaseContext): Promise<void> {
  const [one, other] = [create(), create()]
  await one.setup()
  await other.setup()
  const buffer = one.upload(Float32Array.of(5, 6), pair)
  expectEqual('live buffers of the other accelerator', other.stats().liveBuffers, 0)
  const executable = await negation(other)
  await expectError("run on another accelerator's buffer", () => executable.run([buffer], new ArrayBuffer(0)), {
    name: 'AcceleratorError',
  })
  await other.teardown()
  const [numbers] = await one.download([buffer])
  expectEqual('a buffer after the teardown of another accelerator', [...numbers!].join(), '5,6')
  await one.teardown()
}

async function lossStaysPending({ accelerator, create }: CaseContext): Promise<void> {
  const idle = create()
  await idle.setup()
  await idle.teardown()
  const pending = 'pending'
  for (const [what, { lost }] of [['in use', accelerator] as const, ['torn down', idle] as const]) {
    const state = await Promise.race([lost, new Promise((resolve) => setTimeout(() => resolve(pending), 0))])
    check(state === pending, `lost: resolved, though the device (${what}) is not lost`)
  }
}

async function counters({ create }: CaseContext): Promise<void> {
  const accelerator = create()
  await accelerator.setup()
  const state = () => {
    const { liveBuffers, compiles, executions } = accelerator.stats()
    return `${liveBuffers} buffers, ${compiles} compiles, ${executions} executions`
  }
  const buffer = accelerator.upload(new Float32Array(2), pair)
  expectEqual('after an upload', state(), '1 buffers, 0 compiles, 0 executions')
  check(accelerator.stats().liveBytes >= 8, 'liveBytes: less than the bytes of the one buffer', {
    got: accelerator.stats().liveBytes,
  })
  expectEqual('bytes of a buffer', buffer.bytes >= 8 && buffer.spec === pair, true)
  const copy = accelerator.copy(buffer)
  expectEqual('after a copy', state(), '2 buffers, 0 compiles, 0 executions')
  const executable = await negation(accelerator)
  expectEqual('after compile', state(), '2 buffers, 1 compiles, 0 executions')
  const [output] = await executable.run([buffer], new ArrayBuffer(0))
  await accelerator.synchronize()
  expectEqual('after a run', state(), '3 buffers, 1 compiles, 1 executions')
  for (const one of [buffer, copy, output!, output!]) one.dispose()
  expectEqual('after all was disposed of', state(), '0 buffers, 1 compiles, 1 executions')
  expectEqual('bytes after all was disposed of', accelerator.stats().liveBytes, 0)
  executable.dispose()
  await accelerator.teardown()
  expectEqual('totals after teardown', state(), '0 buffers, 1 compiles, 1 executions')
}
