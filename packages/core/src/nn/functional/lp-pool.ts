import { OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { avgPool1d, avgPool2d } from './avg-pool.ts'
import type { Size, Size1d, Size2d } from './spatial.ts'
import type { PoolOptions } from './windows.ts'

export type LpPoolOptions<S extends Size = Size2d> = Omit<PoolOptions<S>, 'padding'>

/**
 * `lpPool2d` over signals.
 *
 * @param x - floats `[batch, channels, length]`, or without batch
 * @returns `[batch, channels, outLength]`
 * @throws as `lpPool2d`
 */
export function lpPool1d(
  x: Tensor,
  normType: number,
  kernelSize: Size1d,
  { stride = kernelSize, ceilMode = false }: LpPoolOptions<Size1d> = {},
): Tensor {
  return rootOfSum('lpPool1d', x, normType, [kernelSize].flat(), (powers) =>
    avgPool1d(powers, kernelSize, { stride, ceilMode }),
  )
}

/**
 * (Σ xᵖ)^(1/p) of each window: for p = 1 its sum. As in PyTorch, a window that `ceilMode` lets reach beyond the image counts
 * as much as a whole one. The gradient of a window of zeros is 0.
 *
 * @param x - floats `[batch, channels, height, width]`, or without batch
 * @param normType - p > 0
 * @returns `[batch, channels, outHeight, outWidth]`, where outHeight = ⌊(height − kernelHeight) / stride⌋ + 1
 * @throws ShapeError when the window is larger than the image
 * @throws DTypeError when `x` is not of floats
 * @throws OutOfRangeError for sizes that are no whole numbers ≥ 1, or a p that is no finite number above 0
 */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: Size2d,
  { stride = kernelSize, ceilMode = false }: LpPoolOptions<Size2d> = {},
): Tensor {
  const kernel = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize
  return rootOfSum('lpPool2d', x, normType, kernel, (powers) => avgPool2d(powers, kernelSize, { stride, ceilMode }))
}

function rootOfSum(
  who: string,
  x: Tensor,
  p: number,
  kernel: readonly number[],
  meanOf: (powers: Tensor) => Tensor,
): Tensor {
  if (!(Number.isFinite(p) && p > 0)) {
    throw new OutOfRangeError(`${who}: the norm type is a finite number above 0, got ${p}`)
  }
  requireFloat(who, x.value)
  const cells = kernel.reduce((product, n) => product * n, 1)
  const elements = wide(x.value)
  const mean = meanOf(new Tensor(build.pow(elements, build.literalLike(elements, p)))).value
  const like = (n: number) => build.literalLike(mean, n)
  const isZero = build.equal(mean, like(0))
  // At 0 the root has no slope: a window of zeros takes another way, so that no infinity meets a zero.
  const sum = build.mul(build.where(isZero, build.fullLike(mean, 1), mean), like(cells))
  const root = build.where(isZero, build.fullLike(mean, 0), build.pow(sum, like(1 / p)))
  return new Tensor(build.cast(root, x.dtype))
}
