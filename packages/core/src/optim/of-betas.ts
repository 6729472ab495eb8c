/** What updates need of two decay rates. Complements and logarithms are taken on the host, in double precision. */
export function ofBetas([beta1, beta2]: readonly [number, number]): Readonly<
  Record<'beta1' | 'beta2' | 'rest1' | 'rest2' | 'logBeta1' | 'logBeta2', number>
> {
  return {
    beta1,
    beta2,
    rest1: 1 - beta1,
    rest2: 1 - beta2,
    logBeta1: logOf(beta1),
    logBeta2: logOf(beta2),
  }
}

/** ln β, and for ln 0 a finite number: its exponential is 0, and not every device has infinities. */
function logOf(beta: number): number {
  return Math.max(Math.log(beta), -1e4)
}
