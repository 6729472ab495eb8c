import { matmul, mul, packScalars, scalarValue } from '@voltaic/core/graph'
import { expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, graphOf, input, noScalars, upload, withExecutable } from './graphs.ts'

/** Runs are executed in the order of their calls, whatever becomes of their arguments meanwhile. */
export function orderCases(): ConformanceCase[] {
  const requires = opsOn('float32', ['matmul', 'mul'])
  return Object.entries(checks).map(([name, run]) => ({ id: `faults/order/${name}`, layer: 6, requires, run }))
}

const side = 16
const square = [side, side]
/** The identity matrix times `x`. */
const diagonal = (x: number) => Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? x : 0))

const checks: Readonly<Record<string, (context: CaseContext) => Promise<void>>> = {
  async 'runs-in-the-order-of-calls'({ accelerator }) {
    const x = input(square)
    const squared = graphOf([matmul(x, x)], [x])
    const s = scalarValue(0, 'float32')
    const scaled = graphOf([mul(x, s)], [x], [x])
    await withExecutable(accelerator, squared, async (reads, keep) => {
      await withExecutable(accelerator, scaled, async (takes) => {
        const buffer = keep(upload(accelerator, diagonal(3), square))
        // Nothing is awaited between them: the second takes the buffer that the first still reads.
        const runs = [reads.run([buffer], noScalars), takes.run([buffer], packScalars(scaled, [5]))]
        const [[first], [second]] = (await Promise.all(runs)) as [[typeof buffer], [typeof buffer]]
        keep(first)
        keep(second)
        checkNumbers('run: the first of two', await download(accelerator, first), diagonal(9))
        checkNumbers('run: the second of two', await download(accelerator, second), diagonal(15))
      })
    })
  },

  async 'scalars-are-read-at-once'({ accelerator }) {
    const x = input(square)
    const graph = graphOf([mul(matmul(x, x), scalarValue(0, 'float32'))], [x])
    await withExecutable(accelerator, graph, async (executable, keep) => {
      const buffer = keep(upload(accelerator, diagonal(1), square))
      const runs = [2, 3, 4].map((scale) => {
        const scalars = packScalars(graph, [scale])
        const run = executable.run([buffer], scalars)
        new Uint8Array(scalars).fill(0)
        return run
      })
      for (const [i, [result]] of (await Promise.all(runs)).entries()) {
        const what = `run: number ${i}, with a scalar of its own`
        checkNumbers(what, await download(accelerator, keep(result!)), diagonal(i + 2))
      }
    })
  },

  async 'a-started-run-finishes'({ accelerator }) {
    const x = input(square)
    const graph = graphOf([matmul(x, x)], [x])
    await withExecutable(accelerator, graph, async (executable, keep) => {
      const buffer = keep(upload(accelerator, diagonal(2), square))
      const run = executable.run([buffer], noScalars)
      executable.dispose()
      const [result] = await run
      checkNumbers('dispose: while a run is under way', await download(accelerator, keep(result!)), diagonal(4))
      await expectError('run: of a disposed executable', () => executable.run([buffer], noScalars), {
        name: 'AcceleratorError',
      })
    })
  },

  async 'download-waits-for-runs'({ accelerator }) {
    const x = input(square)
    const graph = graphOf([matmul(x, x)], [x], [x])
    await withExecutable(accelerator, graph, async (executable, keep) => {
      let buffer = upload(accelerator, diagonal(2), square)
      for (let i = 0; i < 3; i++) buffer = (await executable.run([buffer], noScalars))[0]!
      checkNumbers('download: after runs in a row', await download(accelerator, keep(buffer)), diagonal(256))
    })
  },
}
