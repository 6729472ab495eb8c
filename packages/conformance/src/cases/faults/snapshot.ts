import type { Callback, StateDict } from '@voltaic/core'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { trainedModels } from '../training/models.ts'
import { fullPrecision, requirementsOf } from '../training/precisions.ts'
import { train } from '../training/train.ts'
import { checkNumbers } from './check-numbers.ts'

const model = trainedModels.find(({ name }) => name === 'mlp')!

/** A snapshot of the weights stays as it was, though the next step is given their buffers. */
export function snapshotCases(): ConformanceCase[] {
  return [
    {
      id: 'faults/donation/snapshot',
      layer: 6,
      requires: requirementsOf(model, fullPrecision),
      run: keepSnapshot,
    },
  ]
}

async function keepSnapshot({ accelerator, seed, options }: CaseContext): Promise<void> {
  const snapshots: StateDict[] = []
  const snapshotting: Callback = {
    onTrainBatchStart(_trainer, module) {
      snapshots.push(module.stateDict())
    },
  }
  const shared = { accelerator, precision: fullPrecision.precision, seed, ...options }
  await train(model, { ...shared, steps: 4, callbacks: [snapshotting] })
  const { numbers } = await train(model, { ...shared, steps: 2 })
  for (const [name, x] of snapshots[2]!) {
    checkNumbers(`stateDict: ${name} as of two steps, read after four`, await x.data(), Array.from(numbers.get(name)!))
  }
}
