import { expect, test } from 'vitest'
import type { Accelerator, DeviceBuffer } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { noGrad } from '../../src/autograd/no-grad.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { recording, scalarValue } from '../../src/graph/record.ts'
import type { TensorSpec } from '../../src/graph/spec.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { batchTensor, zeros } from '../../src/tensor/creation.ts'
import { commit } from '../../src/tensor/flush.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { Slot } from '../../src/tensor/slot.ts'
import { openStep } from '../../src/tensor/step-scope.ts'
import { Tensor } from '../../src/tensor/tensor.ts'

/** An accelerator whose runs take no time: what is left is core's own. */
function idle(): Accelerator {
  const buffer = (spec: TensorSpec): DeviceBuffer => ({ spec, bytes: spec.bytes, dispose() {} })
  return {
    ...reference(),
    name: 'idle',
    upload: (_, spec) => buffer(spec),
    copy: ({ spec }) => buffer(spec),
    async compile(graph) {
      const outputs = graph.outputs.map((id) => graph.values[id]!)
      return { outputs, run: async () => outputs.map(buffer), dispose() {} }
    },
  }
}

const image = hostTensor(new Float32Array(8 * 16), [8, 16])

test('recording, differentiating and committing a step costs at most a microsecond a node', {
  timeout: 30_000,
}, async () => {
  await useAccelerator(idle())
  const parameters = [16, 32, 32, 32, 32, 4].flatMap((n, i, sizes) =>
    i === 0 ? [] : [new Parameter(zeros([sizes[i - 1]!, n])), new Parameter(zeros([n]))],
  )
  const moments = parameters.map((p) => [0, 1].map(() => new Slot('moment', zeros(p.shape).value)))
  await commit()

  const train = async () => {
    const step = await openStep()
    let x = batchTensor(image)
    for (let i = 0; i < parameters.length; i += 2)
      x = x
        .matmul(parameters[i]!)
        .add(parameters[i + 1]!)
        .relu()
    for (const p of parameters) p.grad = null
    x.square().mean().backward()
    noGrad(() => {
      const lr = new Tensor(scalarValue(0.001))
      for (const [i, p] of parameters.entries()) {
        const [first, second] = moments[i]!
        const m = new Tensor(first!.value).mul(0.9).add(p.grad!.mul(0.1))
        const v = new Tensor(second!.value).mul(0.999).add(p.grad!.square().mul(0.001))
        first!.value = m.value
        second!.value = v.value
        p.assign(p.sub(m.mul(lr).div(v.sqrt().add(1e-8))))
      }
    })
    await commit()
    step.close()
  }

  // The best of many rounds: the first ones are compiled as they run, and others may share the machine.
  let best = Number.POSITIVE_INFINITY
  const patience = performance.now() + 10_000
  while (best > 1 && performance.now() < patience) {
    const { nodes } = recording
    const started = performance.now()
    for (let i = 0; i < 100; i++) await train()
    best = Math.min(best, ((performance.now() - started) * 1000) / (recording.nodes - nodes))
  }
  expect(best).toBeLessThanOrEqual(1)
})
