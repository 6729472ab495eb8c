import { expect, test } from 'vitest'
import { ModelSummary } from '../../src/callbacks/model-summary.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test('a fit begins with a table; shapes come from the module, or from an option', async () => {
  class Described extends Regression {
    readonly exampleInputArray = hostTensor(new Float64Array(6), [2, 3])
    forward = this.net.forward.bind(this.net)
  }
  const tables: string[] = []
  const print = (table: string) => tables.push(table)
  const fit = (module: Regression, callback: ModelSummary) =>
    quietTrainer({ callbacks: [callback] }).fit(module, { train: batches(1) })
  await fit(new Regression(), new ModelSummary({ print }))
  expect(tables[0]).toContain('net   Linear           8')
  expect(tables[0]).not.toContain('FLOPs')
  await fit(new Described(), new ModelSummary({ print }))
  expect(tables[1]).toContain('24 FLOPs in a forward pass')
  await fit(
    new Described(),
    new ModelSummary({ print, maxDepth: 0, exampleInput: hostTensor(new Float64Array(3), [1, 3]) }),
  )
  expect(tables[2]!.split('\n')[0]).toBe('8 trainable parameters')
  expect(tables[2]).toContain('12 FLOPs')
})
