import { add } from '@voltaic/core/graph'
import { check, expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, graphOf, input, noScalars, upload, withExecutable } from './graphs.ts'

const refused = { name: 'AcceleratorError' }

/** What was disposed of is gone, once. */
export function disposalCases(): ConformanceCase[] {
  const requires = opsOn('float32', ['add'])
  return Object.entries(checks).map(([name, run]) => ({ id: `faults/disposal/${name}`, layer: 6, requires, run }))
}

function sum() {
  const x = input([2])
  return graphOf([add(x, x)], [x])
}

const checks: Readonly<Record<string, (context: CaseContext) => Promise<void>>> = {
  async 'a-buffer-twice'({ accelerator }) {
    const before = accelerator.stats()
    const [buffer, other] = [upload(accelerator, [1, 2]), upload(accelerator, [3, 4])]
    buffer.dispose()
    buffer.dispose()
    const { liveBuffers, liveBytes } = accelerator.stats()
    check(
      liveBuffers === before.liveBuffers + 1 && liveBytes === before.liveBytes + other.bytes,
      'dispose: a second call does nothing',
      { expected: before.liveBuffers + 1, got: liveBuffers },
    )
    checkNumbers('dispose: of another buffer', await download(accelerator, other), [3, 4])
    other.dispose()
  },

  async 'a-disposed-buffer'({ accelerator }) {
    await withExecutable(accelerator, sum(), async (executable) => {
      const buffer = upload(accelerator, [1, 2])
      buffer.dispose()
      await expectError('download: of a disposed buffer', () => accelerator.download([buffer]), refused)
      await expectError('copy: of a disposed buffer', () => accelerator.copy(buffer), refused)
      await expectError('run: on a disposed buffer', () => executable.run([buffer], noScalars), refused)
    })
  },

  async 'an-executable-twice'({ accelerator }) {
    await withExecutable(accelerator, sum(), async (executable, keep) => {
      const buffer = keep(upload(accelerator, [1, 2]))
      executable.dispose()
      executable.dispose()
      await expectError('run: of a disposed executable', () => executable.run([buffer], noScalars), refused)
    })
    // The same graph again is a new executable.
    await withExecutable(accelerator, sum(), async (executable, keep) => {
      const [result] = await executable.run([keep(upload(accelerator, [1, 2]))], noScalars)
      checkNumbers('compile: after a disposal', await download(accelerator, keep(result!)), [2, 4])
    })
  },

  async 'the-counters'({ accelerator }) {
    // Nothing begins at zero.
    await withExecutable(accelerator, sum(), async () => {})
    const before = accelerator.stats()
    await withExecutable(accelerator, sum(), async (executable, keep) => {
      const compiled = accelerator.stats()
      check(compiled.compiles === before.compiles + 1, 'stats: counts compilations', {
        expected: before.compiles + 1,
        got: compiled.compiles,
      })
      const buffer = keep(upload(accelerator, [1, 2]))
      const copy = keep(accelerator.copy(buffer))
      const [result] = await executable.run([copy], noScalars)
      keep(result!)
      await accelerator.synchronize()
      const { liveBuffers, liveBytes, executions } = accelerator.stats()
      const expected = {
        liveBuffers: before.liveBuffers + 3,
        liveBytes: before.liveBytes + 3 * buffer.bytes,
        executions: before.executions + 1,
      }
      check(
        liveBuffers === expected.liveBuffers && liveBytes === expected.liveBytes && executions === expected.executions,
        'stats: counts buffers, their bytes and executions',
        { expected, got: { liveBuffers, liveBytes, executions } },
      )
    })
    const { liveBuffers, liveBytes } = accelerator.stats()
    check(liveBuffers === before.liveBuffers && liveBytes === before.liveBytes, 'stats: what is disposed of is gone', {
      expected: before,
      got: { liveBuffers, liveBytes },
    })
  },

  async 'another-accelerators-buffer'({ accelerator, create }) {
    const other = create()
    await other.setup()
    try {
      const foreign = upload(other, [1, 2])
      await withExecutable(accelerator, sum(), async (executable) => {
        await expectError('download: of a foreign buffer', () => accelerator.download([foreign]), refused)
        await expectError('copy: of a foreign buffer', () => accelerator.copy(foreign), refused)
        await expectError('run: on a foreign buffer', () => executable.run([foreign], noScalars), refused)
      })
    } finally {
      await other.teardown()
    }
  },
}
