import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { type TrainedModel, trainedModels } from './models.ts'
import { fullPrecision, requirementsOf } from './precisions.ts'
import { checkSameBits } from './same-bits.ts'
import { train } from './train.ts'

const { precision } = fullPrecision

/** A state in memory, loaded into a new module and new optimizers, goes on as the training that was not interrupted. */
export function restoredCases(): ConformanceCase[] {
  return trainedModels.map((model) => ({
    id: `training/${model.name}/${precision}/restored`,
    layer: 5,
    requires: requirementsOf(model, fullPrecision),
    run: (context) => goOn(model, context),
  }))
}

async function goOn(model: TrainedModel, { accelerator, seed, options }: CaseContext): Promise<void> {
  const shared = { accelerator, precision, seed, ...options } as const
  const whole = await train(model, { ...shared, steps: 6 })
  const begin = await train(model, { ...shared, steps: 3 })
  const rest = await train(model, { ...shared, steps: 3, from: begin.state })
  if (whole.losses[0] === whole.losses[5]) {
    throw new ConformanceFailure(`${model.name}: a training changes its loss, got ${whole.losses[5]} after six steps`)
  }
  checkSameBits(`${model.name}: a restored training goes on equally`, whole, {
    losses: [...begin.losses, ...rest.losses],
    numbers: rest.numbers,
  })
}
