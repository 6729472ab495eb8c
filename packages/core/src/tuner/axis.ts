/** One axis of a plot. */
export interface Axis {
  /** Values to be labelled, increasing, all on the axis. */
  readonly ticks: readonly number[]
  /** Where a value is: 0 at the beginning of the axis, 1 at its end. */
  position(value: number): number
}

/** An axis on which equal distances are equal differences. */
export function linearAxis(least: number, most: number): Axis {
  // A flat curve lies in the middle.
  const margin = least === most ? Math.abs(least) / 2 || 1 : 0
  const [from, to] = [least - margin, most + margin]
  const step = roundStep((to - from) / 8)
  const first = Math.ceil(from / step)
  const count = Math.floor(to / step) - first + 1
  return {
    ticks: Array.from({ length: count }, (_, i) => (first + i) * step),
    position: (value) => (value - from) / (to - from),
  }
}

/** An axis on which equal distances are equal factors. @param least - > 0 */
export function logAxis(least: number, most: number): Axis {
  // A single point lies in the middle of a decade.
  const margin = least === most ? 0.5 : 0
  const [from, to] = [Math.log10(least) - margin, Math.log10(most) + margin]
  const position = (value: number) => (Math.log10(value) - from) / (to - from)
  const isOnAxis = (value: number) => position(value) > -1e-9 && position(value) < 1 + 1e-9
  return { ticks: decades(from, to).filter(isOnAxis), position }
}

/** Powers of ten, up to about ten of them; of few decades their parts, too. */
function decades(from: number, to: number): number[] {
  const stride = Math.max(1, Math.ceil((to - from) / 10))
  const first = Math.floor(from)
  const powers = Array.from({ length: Math.ceil((to - first) / stride) + 1 }, (_, i) => powerOfTen(first + i * stride))
  return to - from >= 2 ? powers : powers.flatMap((power) => [power, 2 * power, 5 * power])
}

/** The next of 1, 2 and 5 times a power of ten that is not smaller. */
function roundStep(step: number): number {
  const power = powerOfTen(Math.floor(Math.log10(step)))
  return ([1, 2, 5].find((factor) => factor * power >= step) ?? 10) * power
}

/** Exactly what the literal gives. */
function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`)
}
