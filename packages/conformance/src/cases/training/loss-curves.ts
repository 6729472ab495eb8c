import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { allowedError } from '../../suite/tolerances.ts'
import { type TrainedModel, trainedModels } from './models.ts'
import { precisions, requirementsOf, type TrainedPrecision } from './precisions.ts'
import { train } from './train.ts'

/** In every precision each model has the losses that it has on the reference in the same precision. */
export function lossCurveCases(): ConformanceCase[] {
  return precisions.flatMap((trained) =>
    trainedModels.map((model) => ({
      id: `training/${model.name}/${trained.precision}/loss-curve`,
      layer: 5,
      requires: requirementsOf(model, trained),
      run: (context) => compareCurves(model, trained, context),
    })),
  )
}

const steps = 8

async function compareCurves(
  model: TrainedModel,
  { precision, dtype }: TrainedPrecision,
  { accelerator, reference, seed, options }: CaseContext,
): Promise<void> {
  const expected = await train(model, { accelerator: reference, precision, steps, seed })
  const got = await train(model, { accelerator, precision, steps, seed, ...options })
  for (const [step, loss] of expected.losses.entries()) {
    // What one step is off by, the next one begins with.
    const allowed = Math.sqrt(step + 1) * allowedError(loss, { kind: 'training', dtype })
    const other = got.losses[step]!
    if (Math.abs(other - loss) <= allowed) continue
    throw new ConformanceFailure(
      `${model.name}: the loss of step ${step} is not that of the reference, got ${other} for ${loss}, which may be off by ${allowed}`,
      { dtype, seed, expected: expected.losses, got: got.losses, firstDifference: `losses[${step}]` },
    )
  }
}
