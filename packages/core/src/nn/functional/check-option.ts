import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** Refuses a number that is out of range or none at all. @throws OutOfRangeError */
export function checkNumber(who: string, what: string, got: number, isGood = true, wanted = 'a finite number'): void {
  if (typeof got !== 'number' || !Number.isFinite(got) || !isGood) {
    throw new OutOfRangeError(`${who}: ${what} is ${wanted}, got ${got}`)
  }
}

/** Refuses an ε that is negative or NaN. @throws OutOfRangeError */
export function checkEps(who: string, eps: number): void {
  checkNumber(who, 'eps', eps, eps >= 0, 'a number ≥ 0')
}

/** Refuses a parameter or buffer of another shape than its input wants. @throws ShapeError */
export function checkShapeOf(who: string, what: string, got: Tensor | null, wanted: Shape): void {
  if (got !== null && !sameShape(got.shape, wanted)) {
    throw new ShapeError(`${who}: the ${what} has the shape ${formatShape(wanted)}, got ${formatShape(got.shape)}`)
  }
}

/** Refuses what is no whole number ≥ 0. @throws OutOfRangeError */
export function checkCount(who: string, what: string, got: number): void {
  checkNumber(who, what, got, Number.isInteger(got) && got >= 0, 'a whole number ≥ 0')
}
