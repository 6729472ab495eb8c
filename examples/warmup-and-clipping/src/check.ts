// `pnpm check`: on each backend, that rates, steps and norms are what each override says.
import { backends, chooseBackend } from '@voltaic/example-backends'
import { type overrides, warmupSteps } from './overrides.ts'
import { lr, type Update } from './recorded.ts'
import { gradientClipVal, train } from './train.ts'

/** What is to be seen of one optimizer after batch `batch`; a norm that is not clipped has no limit. */
interface Expected {
  readonly lr: number
  readonly stepCount: number
  readonly limit: number
}

const inEachBatch = (batch: number): Expected => ({ lr, stepCount: batch + 1, limit: gradientClipVal })

const expectations: {
  readonly [Name in keyof typeof overrides]: (batch: number) => readonly [a: Expected, b: Expected]
} = {
  'warm-up': (batch) => {
    const warm = { ...inEachBatch(batch), lr: lr * Math.min(1, (batch + 1) / warmupSteps) }
    return [warm, warm]
  },
  alternating: (batch) => [inEachBatch(batch), { ...inEachBatch(batch), stepCount: Math.floor((batch + 1) / 2) }],
  'clipping A': (batch) => [inEachBatch(batch), { ...inEachBatch(batch), limit: Infinity }],
  'clipping B at twice the value': (batch) => [
    inEachBatch(batch),
    { ...inEachBatch(batch), limit: 2 * gradientClipVal },
  ],
}

for (const backend of Object.keys(backends)) {
  for (const name of Object.keys(expectations) as (keyof typeof expectations)[]) {
    const records = await train(await chooseBackend(backend), name)
    for (const [batch, record] of records.entries()) {
      const expected = expectations[name](batch)
      for (const i of [0, 1] as const)
        compare(`${backend}, ${name}, batch ${batch}, ${'AB'[i]}`, record[i], expected[i])
    }
    const clipped = records.flat().filter((record) => record.norm !== null && record.clipped < 0.99 * record.norm)
    console.log(`${backend}, ${name}: ${records.length} batches, ${clipped.length} updates clipped`)
    if (clipped.length === 0) fail(`${backend}, ${name}: nothing was there to be clipped`)
  }
}

function compare(where: string, { lr, norm, clipped, stepCount }: Update, expected: Expected): void {
  if (Math.abs(lr - expected.lr) > 1e-12) fail(`${where}: the rate is ${expected.lr}, got ${lr}`)
  if (stepCount !== expected.stepCount) fail(`${where}: there were ${expected.stepCount} steps, got ${stepCount}`)
  if (norm === null) return
  const limited = Math.min(norm, expected.limit)
  if (!(Math.abs(clipped - limited) <= 1e-5)) fail(`${where}: ${norm} is clipped to ${limited}, got ${clipped}`)
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
