import { ConformanceFailure } from '../../suite/case.ts'
import type { Trained } from './train.ts'

type Outcome = Pick<Trained, 'losses' | 'numbers'>

/** @throws ConformanceFailure where losses, weights or optimizer state of two trainings are not the same, bit for bit */
export function checkSameBits(rule: string, expected: Outcome, got: Outcome): void {
  checkNumbers(rule, 'losses', expected.losses, got.losses)
  for (const [name, data] of expected.numbers) checkNumbers(rule, name, data, got.numbers.get(name) ?? [])
}

function checkNumbers(rule: string, name: string, expected: ArrayLike<number>, got: ArrayLike<number>): void {
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(expected[i], got[i])) continue
    const place = `${name}[${i}]`
    throw new ConformanceFailure(`${rule}, got ${got[i]} for ${expected[i]} at ${place}`, {
      expected: expected[i],
      got: got[i],
      firstDifference: place,
    })
  }
}
