import { add } from '@voltaic/core/graph'
import { check, expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, graphOf, input, noScalars, upload } from './graphs.ts'

const refused = { name: 'AcceleratorError' }

/** Outside setup and teardown nothing works, and says so. */
export function teardownCases(): ConformanceCase[] {
  const requires = opsOn('float32', ['add'])
  return Object.entries(checks).map(([name, run]) => ({ id: `faults/teardown/${name}`, layer: 6, requires, run }))
}

function sum() {
  const x = input([2])
  return graphOf([add(x, x)], [x])
}

const checks: Readonly<Record<string, (context: CaseContext) => Promise<void>>> = {
  async 'use-before-setup'({ create }) {
    const accelerator = create()
    await expectError('upload: before setup', () => upload(accelerator, [1, 2]), refused)
    await expectError('compile: before setup', () => accelerator.compile(sum()), refused)
  },

  async 'use-after-teardown'({ create }) {
    const accelerator = create()
    await accelerator.setup()
    const buffer = upload(accelerator, [1, 2])
    const executable = await accelerator.compile(sum())
    await accelerator.teardown()
    await expectError('upload: after teardown', () => upload(accelerator, [1, 2]), refused)
    await expectError('download: after teardown', () => accelerator.download([buffer]), refused)
    await expectError('copy: after teardown', () => accelerator.copy(buffer), refused)
    await expectError('compile: after teardown', () => accelerator.compile(sum()), refused)
    await expectError('run: after teardown', () => executable.run([buffer], noScalars), refused)
    const { liveBuffers, liveBytes } = accelerator.stats()
    check(liveBuffers === 0 && liveBytes === 0, 'teardown: every buffer is gone', {
      expected: 0,
      got: { liveBuffers, liveBytes },
    })
    buffer.dispose()
    executable.dispose()
  },

  async 'another-setup'({ create }) {
    const accelerator = create()
    await accelerator.setup()
    const old = upload(accelerator, [1, 2])
    const executable = await accelerator.compile(sum())
    for (const buffer of await executable.run([old], noScalars)) buffer.dispose()
    const before = accelerator.stats()
    await accelerator.teardown()
    await accelerator.setup()
    try {
      await expectError('download: of a buffer from before the teardown', () => accelerator.download([old]), refused)
      const fresh = upload(accelerator, [3, 4])
      await expectError('run: compiled before the teardown', () => executable.run([fresh], noScalars), refused)
      old.dispose()
      executable.dispose()
      const again = await accelerator.compile(sum())
      const [result] = await again.run([fresh], noScalars)
      checkNumbers('run: after another setup', await download(accelerator, result!), [6, 8])
      const after = accelerator.stats()
      check(
        after.compiles === before.compiles + 1 && after.executions === before.executions + 1,
        'stats: totals go on after another setup',
        { expected: { compiles: before.compiles + 1, executions: before.executions + 1 }, got: after },
      )
      check(after.liveBuffers === 2, 'stats: counts no buffer from before the teardown', {
        expected: 2,
        got: after.liveBuffers,
      })
    } finally {
      await accelerator.teardown()
    }
  },
}
