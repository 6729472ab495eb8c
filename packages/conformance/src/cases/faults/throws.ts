import type { Accelerator, Callback } from '@voltaic/core'
import { check } from '../../check/expect.ts'
import { decorated, decoratedExecutable } from '../../decorators/decorated.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { type TrainedModel, trainedModels } from '../training/models.ts'
import { fullPrecision, requirementsOf } from '../training/precisions.ts'
import { checkSameBits } from '../training/same-bits.ts'
import { train, trainUntilError } from '../training/train.ts'

const { precision } = fullPrecision

/** A throw in mid-step puts everything back to the last commit, and leaves nothing on the device. */
export function throwCases(): ConformanceCase[] {
  const models = trainedModels.filter(({ name }) => name === 'mlp' || name === 'gan')
  return models.flatMap((model) =>
    Object.entries(places).map(([name, place]) => ({
      id: `faults/throw/${model.name}/${name}`,
      layer: 6,
      requires: requirementsOf(model, fullPrecision),
      run: (context) => throwIn(model, place, context),
    })),
  )
}

class Fault extends Error {}

/** Breaks a training in one place, while `isDue`. */
type Breaking = (
  accelerator: Accelerator,
  isDue: () => boolean,
) => { readonly callbacks?: readonly Callback[]; readonly accelerator?: Accelerator }

interface Place {
  /** The batch in which it breaks. */
  readonly batchIdx: number
  readonly breaking: Breaking
}

const places: Readonly<Record<string, Place>> = {
  'before-backward': inHook('onBeforeBackward'),
  'after-backward': inHook('onAfterBackward'),
  'before-optimizer-step': inHook('onBeforeOptimizerStep'),
  'on-upload': onDevice((accelerator, isDue) => ({
    upload(data, spec) {
      breakIf(isDue())
      return accelerator.upload(data, spec)
    },
  })),
  // The second step is the last one that compiles.
  'in-compilation': {
    ...onDevice((accelerator, isDue) => ({
      async compile(graph) {
        breakIf(isDue())
        return accelerator.compile(graph)
      },
    })),
    batchIdx: 1,
  },
  'in-a-run': onDevice((accelerator, isDue) => ({
    async compile(graph) {
      const executable = await accelerator.compile(graph)
      return decoratedExecutable(executable, {
        async run(inputs, scalars) {
          breakIf(isDue())
          return executable.run(inputs, scalars)
        },
      })
    },
  })),
}

function inHook(hook: 'onBeforeBackward' | 'onAfterBackward' | 'onBeforeOptimizerStep'): Place {
  return {
    batchIdx: 2,
    breaking: (_accelerator, isDue) => ({ callbacks: [{ [hook]: () => breakIf(isDue()) }] }),
  }
}

function onDevice(changes: (accelerator: Accelerator, isDue: () => boolean) => Partial<Accelerator>): Place {
  return {
    batchIdx: 2,
    breaking: (accelerator, isDue) => ({ accelerator: decorated(accelerator, changes(accelerator, isDue)) }),
  }
}

function breakIf(isDue: boolean): void {
  if (isDue) throw new Fault('broken on purpose')
}

async function throwIn(
  model: TrainedModel,
  { batchIdx: due, breaking }: Place,
  { accelerator, seed, options }: CaseContext,
): Promise<void> {
  const shared = { accelerator, precision, seed, ...options } as const
  const before = accelerator.stats()
  let batch = -1
  const counting: Callback = {
    onTrainBatchStart: (_trainer, _module, _batch, batchIdx) => {
      batch = batchIdx
    },
  }
  const { callbacks = [], ...broken } = breaking(accelerator, () => batch === due)
  const { error, trained } = await trainUntilError(model, {
    ...shared,
    ...broken,
    steps: 4,
    callbacks: [counting, ...callbacks],
  })
  check(error instanceof Fault, `${model.name}: the error of a step ends the fit, got ${String(error)}`)
  checkSameBits(
    `${model.name}: a step that throws leaves weights and optimizer as they were`,
    await train(model, { ...shared, steps: due }),
    trained,
  )
  const { liveBuffers, liveBytes } = accelerator.stats()
  check(
    liveBuffers <= before.liveBuffers && liveBytes <= before.liveBytes,
    `${model.name}: a fit that failed leaves nothing on the device, got ${liveBuffers} buffer(s)`,
    { expected: before, got: { liveBuffers, liveBytes } },
  )
}
