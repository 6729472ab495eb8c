/*
 * A process that trains and saves without end, for a test that kills it. It tells when a file is whole, by its name.
 * Arguments: the folder.
 */
import { ModelCheckpoint } from '../../../src/callbacks/model-checkpoint.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'
import { TrainingModule } from '../../../src/module/training-module.ts'
import { Linear } from '../../../src/nn/linear.ts'
import { checkpointFolder } from '../../../src/node/checkpoint-folder.ts'
import { AdamW } from '../../../src/optim/adam.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { Trainer } from '../../../src/trainer/trainer.ts'

class Model extends TrainingModule<{ readonly x: Tensor }> {
  // Large enough that writing it takes as long as a step.
  readonly net = new Linear(64, 512)

  trainingStep({ x }: { readonly x: Tensor }): Tensor {
    return this.net.forward(x).square().mean()
  }

  configureOptimizers(): AdamW {
    return new AdamW(this.parameters(), { lr: 1e-3 })
  }
}

const [, , folder] = process.argv
const store = checkpointFolder(folder!)
const told: typeof store = {
  ...store,
  async write(name, parts) {
    await store.write(name, parts)
    process.stdout.write(`${name}\n`)
  },
}
const batch = {
  x: hostTensor(
    Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
    [1, 64],
  ),
}
const callbacks = [new ModelCheckpoint({ store: told, everyNTrainSteps: 1, saveLast: true })]
const trainer = new Trainer({ maxEpochs: -1, maxSteps: 1e9, callbacks, enableProgressBar: false })
await trainer.fit(new Model(), { train: [batch, batch, batch] })
