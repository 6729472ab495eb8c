import { expect, test } from 'vitest'
import { checkpointName } from '../../src/callbacks/checkpoint-name.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'

const values = { epoch: 3, step: 12, val_loss: 0.123456, 'val/acc': 0.5, big: 1234.5 }

test.each([
  ['{epoch}-{step}', 'epoch=3-step=12', '3-12'],
  ['{val_loss:.2f}', 'val_loss=0.12', '0.12'],
  ['model-{epoch:02d}-{step:06d}', 'model-epoch=03-step=000012', 'model-03-000012'],
  ['{big:f}', 'big=1234.500000', '1234.500000'],
  ['{big:d}', 'big=1234', '1234'],
  ['{missing}', 'missing=0', '0'],
  ['a/{epoch}', 'a/epoch=3', 'a/3'],
  ['acc={val/acc:.1f}', 'acc=val/acc=0.5', 'acc=0.5'],
  ['plain', 'plain', 'plain'],
])('%s', (template, named, bare) => {
  expect(checkpointName(template, values, { insertNames: true })).toBe(named)
  expect(checkpointName(template, values, { insertNames: false })).toBe(bare)
})

test.each(['{epoch', 'epoch}', '{val_loss:.2x}', '{:d}'])('%s is refused', (template) => {
  expect(() => checkpointName(template, values, { insertNames: true })).toThrow(MisconfigurationError)
})
