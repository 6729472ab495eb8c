import type { DeviceBuffer } from '@voltaic/core'
import { add, mul } from '@voltaic/core/graph'
import { check, expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, graphOf, input, noScalars, upload, withExecutable } from './graphs.ts'

const refused = { name: 'AcceleratorError' }

/** A donated buffer is taken by a run that succeeds, once, and by no other. */
export function donationCases(): ConformanceCase[] {
  const requires = opsOn('float32', ['add', 'mul'])
  return Object.entries(checks).map(([name, run]) => ({ id: `faults/donation/${name}`, layer: 6, requires, run }))
}

/** p + d, where p is donated. */
function update() {
  const [p, d] = [input([4]), input([4])]
  return graphOf([add(p, d)], [p, d], [p])
}

const checks: Readonly<Record<string, (context: CaseContext) => Promise<void>>> = {
  async 'taken-by-a-run'({ accelerator }) {
    await withExecutable(accelerator, update(), async (executable, keep) => {
      const [p, d] = [keep(upload(accelerator, [1, 2, 3, 4])), keep(upload(accelerator, [10, 20, 30, 40]))]
      const { liveBuffers, liveBytes } = accelerator.stats()
      const [result] = await executable.run([p, d], noScalars)
      keep(result!)
      const after = accelerator.stats()
      check(
        after.liveBuffers === liveBuffers && after.liveBytes === liveBytes,
        'run: its result takes the place of the donated buffer',
        { expected: { liveBuffers, liveBytes }, got: after },
      )
      checkNumbers('run: a sum', await download(accelerator, result!), [11, 22, 33, 44])
      // It may have become the result itself.
      if (result !== p) await expectError('download: of a donated buffer', () => accelerator.download([p]), refused)
    })
  },

  async 'inputs-stay'({ accelerator }) {
    await withExecutable(accelerator, update(), async (executable, keep) => {
      const [p, d] = [keep(upload(accelerator, [1, 2, 3, 4])), keep(upload(accelerator, [10, 20, 30, 40]))]
      const [result] = await executable.run([p, d], noScalars)
      keep(result!)
      checkNumbers('run: an input that is not donated', await download(accelerator, d), [10, 20, 30, 40])
    })
  },

  async 'given-once'({ accelerator }) {
    await withExecutable(accelerator, update(), async (executable, keep) => {
      const p = keep(upload(accelerator, [1, 2, 3, 4]))
      await expectError('run: a donated buffer given twice', () => executable.run([p, p], noScalars), refused)
      checkNumbers('run: a donated buffer of a run that was refused', await download(accelerator, p), [1, 2, 3, 4])
    })
  },

  async 'not-taken-by-a-rejected-run'({ accelerator }) {
    await withExecutable(accelerator, update(), async (executable, keep) => {
      const [p, d] = [keep(upload(accelerator, [1, 2, 3, 4])), keep(upload(accelerator, [10, 20, 30, 40]))]
      const [gone, other] = [upload(accelerator, [0, 0, 0, 0]), keep(upload(accelerator, [1, 2]))]
      gone.dispose()
      const before = accelerator.stats()
      const rejected: readonly (readonly [what: string, inputs: readonly DeviceBuffer[], scalars: ArrayBuffer])[] = [
        ['with a disposed input', [p, gone], noScalars],
        ['with an input of another spec', [p, other], noScalars],
        ['with too few inputs', [p], noScalars],
        ['with too many inputs', [p, d, d], noScalars],
        ['with scalars that the graph does not have', [p, d], new ArrayBuffer(8)],
      ]
      for (const [what, inputs, scalars] of rejected) {
        await expectError(`run: ${what}`, () => executable.run(inputs, scalars), refused)
        checkNumbers(`run: ${what}, the donated buffer`, await download(accelerator, p), [1, 2, 3, 4])
      }
      const { liveBuffers, executions } = accelerator.stats()
      check(
        liveBuffers === before.liveBuffers && executions === before.executions,
        'run: one that was rejected leaves nothing behind, and does not count',
        { expected: before, got: { liveBuffers, executions } },
      )
      const [result] = await executable.run([p, d], noScalars)
      checkNumbers('run: after rejected ones', await download(accelerator, keep(result!)), [11, 22, 33, 44])
    })
  },

  async 'copies-stay'({ accelerator }) {
    await withExecutable(accelerator, update(), async (executable, keep) => {
      const [p, d] = [keep(upload(accelerator, [1, 2, 3, 4])), keep(upload(accelerator, [10, 20, 30, 40]))]
      const copy = keep(accelerator.copy(p))
      check(copy !== p, 'copy: gives a buffer of its own, got the same one')
      const [result] = await executable.run([p, d], noScalars)
      keep(result!)
      checkNumbers('copy: of what was donated', await download(accelerator, copy), [1, 2, 3, 4])
    })
  },

  async 'of-several'({ accelerator }) {
    const [p, q] = [input([3]), input([3])]
    // Each result may be written over either input, but not before both have been read.
    const graph = graphOf([add(p, q), mul(p, q)], [p, q], [p, q])
    await withExecutable(accelerator, graph, async (executable, keep) => {
      const inputs = [keep(upload(accelerator, [2, 3, 4])), keep(upload(accelerator, [5, 6, 7]))]
      const [sum, product] = await executable.run(inputs, noScalars)
      keep(sum!)
      keep(product!)
      checkNumbers('run: a sum over donated buffers', await download(accelerator, sum!), [7, 9, 11])
      checkNumbers('run: a product over donated buffers', await download(accelerator, product!), [10, 18, 28])
    })
  },
}
