import { describe, expect, test } from 'vitest'
import { brokenAccelerators } from './broken-accelerators.ts'
import { errorOf } from './outcome.ts'

type Name = keyof typeof brokenAccelerators

/** Which cases are there for which mistake. */
const meant: Readonly<Record<Name, readonly string[]>> = {
  wrongReductionAxis: ['ops/sum/float32/values', 'training/mlp/32-true/loss-curve'],
  transposedGradient: ['ops/matmul/float32/random', 'training/mlp/32-true/loss-curve', 'loop/auto_1opt_adam/float32'],
  float16Accumulation: [
    'ops/matmul/float32/random',
    'training/mlp/32-true/loss-curve',
    'training/cnn/32-true/loss-curve',
    'training/transformer/32-true/loss-curve',
    'training/gan/32-true/loss-curve',
  ],
  ignoredBroadcasting: ['ops/add/float32/random', 'training/gan/32-true/loss-curve'],
  swallowedNan: ['ops/max/float32/non-finite', 'ops/sum/float32/non-finite'],
  offByOnePooling: ['ops/maxPool/float32/values', 'training/cnn/32-true/loss-curve'],
  flushesSubnormals: ['ops/mul/float32/subnormal'],
  halvesTowardsZero: ['ops/cast/float32/to-float16/values', 'ops/cast/float32/to-float16/random'],
  argmaxOfTies: ['ops/argmax/float32/values'],
  unstableSort: ['ops/sort/int32/values'],
  saturatingIntegers: ['ops/add/int32/values'],
  integerDivision: ['ops/floorDivide/int32/values'],
  convolutionPadding: ['ops/conv/float32/values', 'training/cnn/32-true/loss-curve'],
  otherRandomBits: ['ops/randomBits/uint32/values', 'training/mlp/32-true/loss-curve'],
  blindToInfinity: ['ops/isFinite/float32/non-finite', 'loop/16-mixed/an-overflow-skips-the-step'],
  negatedGradient: ['ops/convWeightGrad/float32/values', 'training/cnn/32-true/loss-curve'],
  racingScatter: ['ops/indexAdd/float32/duplicates', 'training/transformer/32-true/same-seed'],
  nonDeterministicSum: ['training/mlp/32-true/same-seed', 'training/gan/32-true/restored'],
  staleCacheKey: ['faults/executables/differ-in-an-attribute', 'faults/executables/differ-in-wiring'],
  leakedBuffer: [
    'training/mlp/32-true/constant-buffers',
    'training/mlp/32-true/epochs-are-alike',
    'faults/throw/mlp/before-backward',
  ],
  donatedSnapshot: ['faults/donation/copies-stay', 'faults/donation/snapshot'],
  takesEverything: ['faults/donation/inputs-stay'],
  takesOfRejectedRuns: ['faults/donation/not-taken-by-a-rejected-run', 'faults/donation/given-once'],
  overwritesTooEarly: ['faults/donation/of-several'],
  swappedResults: ['faults/executables/differ-in-the-order-of-results'],
  uploadAliasesHost: ['faults/host-memory/upload-copies'],
  downloadGivesView: ['faults/host-memory/download-copies'],
  otherOrderOfRuns: ['faults/order/runs-in-the-order-of-calls'],
  readsScalarsLate: ['faults/order/scalars-are-read-at-once'],
  staleScalars: ['faults/order/scalars-are-read-at-once', 'loop/steplr_step_freq1/float32'],
  declaresWhatIsAbsent: ['ops/tanh/float32/values', 'training/gan/32-true/loss-curve'],
  acceptsWhatIsUndeclared: ['ops/undeclared/float32'],
  skipsUnknownOps: ['faults/refusal/unknown-primitive', 'faults/refusal/unknown-composite'],
  setupNotReentrant: ['lifecycle/re-entry'],
  worksAfterTeardown: ['faults/teardown/use-after-teardown'],
  statsThatLie: ['faults/disposal/the-counters', 'training/mlp/32-true/constant-buffers'],
  countsCompilationsOnce: ['faults/disposal/the-counters'],
  compilesAgain: ['training/mlp/32-true/compiles-nothing-twice'],
  disposesTwice: ['faults/disposal/a-buffer-twice'],
  exceedsItsLimit: ['faults/memory/beyond-the-limit'],
  leaksOnFailure: ['faults/donation/not-taken-by-a-rejected-run'],
}

/** Trainings take their time on a machine that has other things to do. */
const patient = { timeout: 30_000 }

const pairs = Object.entries(meant).flatMap(([name, ids]) => ids.map((id) => [name as Name, id] as const))

describe('a broken accelerator is caught by the case that is meant for it', () => {
  test.for(pairs)('%s by %s', patient, async ([name, id]) => {
    const error = await errorOf(id, brokenAccelerators[name])
    // Whatever else goes wrong would be a mistake of the broken one's own.
    expect(error).toMatchObject({
      name: expect.stringMatching(/^(ConformanceFailure|AcceleratorError|UnsupportedError)$/),
    })
  })
})

describe('the reference passes the same case', () => {
  test.for([...new Set(Object.values(meant).flat())])('%s', patient, async (id) => {
    expect(await errorOf(id)).toBeNull()
  })
})
