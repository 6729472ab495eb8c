import { add, broadcastTo, literal } from '@voltaic/core/graph'
import { check, expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, graphOf, input, noScalars, upload, withExecutable } from './graphs.ts'

/** A buffer beyond the declared limit is refused, and what is there goes on. */
export function memoryCases(): ConformanceCase[] {
  return [
    {
      id: 'faults/memory/beyond-the-limit',
      layer: 6,
      requires: opsOn('float32', ['add', 'broadcastTo', 'literal']),
      run: askForTooMuch,
    },
  ]
}

async function askForTooMuch({ accelerator }: CaseContext): Promise<void> {
  const { maxBufferBytes } = accelerator.capabilities.limits
  check(Number.isSafeInteger(maxBufferBytes) && maxBufferBytes > 0, 'limits: maxBufferBytes is a number of bytes', {
    got: maxBufferBytes,
  })
  const x = input([2])
  const doubled = graphOf([add(x, x)], [x])
  await withExecutable(accelerator, doubled, async (executable, keep) => {
    const buffer = keep(upload(accelerator, [1, 2]))
    const before = accelerator.stats()
    const elements = Math.floor(maxBufferBytes / 4) + 1
    const tooLarge = graphOf([broadcastTo(literal(1, 'float32'), [elements])], [])
    await expectError('compile and run: a result beyond maxBufferBytes', () => compileAndRun(accelerator, tooLarge), {
      name: 'AcceleratorError',
    })
    const { liveBuffers, liveBytes } = accelerator.stats()
    check(liveBuffers === before.liveBuffers && liveBytes === before.liveBytes, 'memory: what failed leaves nothing', {
      expected: before,
      got: { liveBuffers, liveBytes },
    })
    const [result] = await executable.run([buffer], noScalars)
    checkNumbers('run: after another was out of memory', await download(accelerator, keep(result!)), [2, 4])
  })
}

/** Either may refuse. */
async function compileAndRun(
  accelerator: CaseContext['accelerator'],
  graph: ReturnType<typeof graphOf>,
): Promise<void> {
  const executable = await accelerator.compile(graph)
  try {
    for (const buffer of await executable.run([], noScalars)) buffer.dispose()
  } finally {
    executable.dispose()
  }
}
