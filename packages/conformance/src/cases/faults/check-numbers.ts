import { ConformanceFailure } from '../../suite/case.ts'

/** @throws ConformanceFailure unless `got` are the numbers `expected`, exactly */
export function checkNumbers(what: string, got: ArrayLike<number>, expected: readonly number[]): void {
  const at = expected.findIndex((x, i) => !Object.is(x, got[i]))
  if (at < 0 && got.length === expected.length) return
  throw new ConformanceFailure(`${what}: expected ${expected.join(', ')}, got ${Array.from(got).join(', ')}`, {
    expected,
    got: Array.from(got),
    firstDifference: `[${at < 0 ? expected.length : at}]`,
  })
}
