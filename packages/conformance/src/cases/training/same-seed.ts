import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { type TrainedModel, trainedModels } from './models.ts'
import { fullPrecision, mixedPrecision, requirementsOf, type TrainedPrecision } from './precisions.ts'
import { checkSameBits } from './same-bits.ts'
import { train } from './train.ts'

/** The same seed twice gives the same bits. */
export function sameSeedCases(): ConformanceCase[] {
  return [fullPrecision, mixedPrecision].flatMap((trained) =>
    trainedModels.map((model) => ({
      id: `training/${model.name}/${trained.precision}/same-seed`,
      layer: 5,
      requires: requirementsOf(model, trained),
      run: (context) => runTwice(model, trained, context),
    })),
  )
}

async function runTwice(
  model: TrainedModel,
  { precision }: TrainedPrecision,
  { accelerator, seed, options }: CaseContext,
): Promise<void> {
  const shared = { accelerator, precision, seed, steps: 6, ...options } as const
  const first = await train(model, shared)
  checkSameBits(`${model.name}: the same seed gives the same bits`, first, await train(model, shared))
}
