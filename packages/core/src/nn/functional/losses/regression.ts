import * as build from '../../../graph/build.ts'
import { numberValue } from '../../../graph/record.ts'
import type { Value } from '../../../graph/value.ts'
import type { Tensor } from '../../../tensor/tensor.ts'
import { checkNumber } from '../check-option.ts'
import { alike, type LossOptions, reduced } from './loss-options.ts'

export interface SmoothL1Options extends LossOptions {
  /** Where the parabola ends. Default 1; 0 makes it `l1`. */
  readonly beta?: number
}

export interface HuberOptions extends LossOptions {
  /** Where the parabola ends. Default 1. */
  readonly delta?: number
}

/**
 * Squared error (input − target)².
 *
 * @param target - shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function mse(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const difference = differenceOf('mse', input, target)
  return reduced('mse', build.mul(difference, difference), options)
}

/**
 * Absolute error |input − target|; its gradient at 0 is 0.
 *
 * @param target - shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function l1(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return reduced('l1', build.abs(differenceOf('l1', input, target)), options)
}

/**
 * With d = |input − target|: d²/(2·beta) below `beta`, and d − beta/2 from there on (Girshick 2015).
 *
 * @param target - shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 * @throws OutOfRangeError when `beta` is no number ≥ 0
 */
export function smoothL1(input: Tensor, target: Tensor, { beta = 1, ...options }: SmoothL1Options = {}): Tensor {
  checkNumber('smoothL1', 'beta', beta, beta >= 0, 'a number ≥ 0')
  const distance = build.abs(differenceOf('smoothL1', input, target))
  if (beta === 0) return reduced('smoothL1', distance, options)
  const threshold = numberValue(beta, distance.spec.dtype)
  return reduced('smoothL1', build.div(parabolaThenLine(distance, threshold), threshold), options)
}

/**
 * With d = |input − target|: d²/2 below `delta`, and delta·(d − delta/2) from there on (Huber 1964).
 *
 * @param target - shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 * @throws OutOfRangeError when `delta` is no number > 0
 */
export function huber(input: Tensor, target: Tensor, { delta = 1, ...options }: HuberOptions = {}): Tensor {
  checkNumber('huber', 'delta', delta, delta > 0, 'a number > 0')
  const distance = build.abs(differenceOf('huber', input, target))
  return reduced('huber', parabolaThenLine(distance, numberValue(delta, distance.spec.dtype)), options)
}

function differenceOf(who: string, input: Tensor, target: Tensor): Value {
  const { input: x, target: y } = alike(who, { input, target })
  return build.sub(x, y)
}

/** d²/2 below the threshold t, t·(d − t/2) from there on: as m·(d − m/2) with m = min(d, t), which squares nothing large. */
function parabolaThenLine(distance: Value, threshold: Value): Value {
  const isBelow = build.less(distance, threshold)
  const bounded = build.where(isBelow, distance, threshold)
  return build.mul(bounded, build.sub(distance, build.mul(bounded, build.literalLike(bounded, 0.5))))
}
