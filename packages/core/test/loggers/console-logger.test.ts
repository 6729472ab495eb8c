import { expect, test, vi } from 'vitest'
import { ConsoleLogger } from '../../src/loggers/console-logger.ts'

test('it prints a line for each set of metrics, and one for hyper-parameters', () => {
  const lines: string[] = []
  const logger = new ConsoleLogger({ print: (line) => lines.push(line) })
  logger.logHyperparams({ lr: 0.1, net: { width: 8, names: ['a', 'b'] }, seed: null })
  logger.logMetrics({ loss: 0.123456, accuracy: 1 }, 10)
  expect(lines).toEqual([
    'hyper-parameters: lr=0.1 net/width=8 net/names=["a","b"] seed=null',
    'step 10: loss=0.1235 accuracy=1',
  ])
})

test('by default it prints to the console', () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  new ConsoleLogger().logMetrics({ loss: 2 }, 0)
  expect(info).toHaveBeenCalledWith('step 0: loss=2')
  info.mockRestore()
})
