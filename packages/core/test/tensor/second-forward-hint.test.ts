import { expect, test, vi } from 'vitest'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { batchTensor, tensor } from '../../src/tensor/creation.ts'
import { commit } from '../../src/tensor/flush.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { openStep } from '../../src/tensor/step-scope.ts'

test('reading a loss in its step is hinted at, once, and nothing else is', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const w = new Parameter(tensor([2]))
  await w.mul(3).data()
  await commit()
  for (let i = 0; i < 3; i++) {
    const step = await openStep()
    const x = batchTensor(hostTensor(new Float32Array([i])))
    await x.add(1).data()
    const kept = x.mul(w).keep()
    await commit()
    await kept.data()
    expect(warn).toHaveBeenCalledTimes(i)
    if (i < 2) await x.mul(w).data()
    step.close()
    if (i > 0) break
  }
  expect(warn).toHaveBeenCalledOnce()
  expect(warn.mock.calls[0]![0]).toMatch(
    /computes it and all before it a second time; to watch it, pass it to this.log\(\)/,
  )
})
