import { type DType, isFloat } from '../../graph/dtype.ts'

/** Sum of two numbers of `dtype`: of integers modulo 2³², so that a long sum stays exact. */
export function additionOf(dtype: DType): (x: number, y: number) => number {
  return isFloat(dtype) ? (x, y) => x + y : (x, y) => (x + y) | 0
}

/** Product of two numbers of `dtype`: of integers modulo 2³², as float64 would round it. */
export function multiplicationOf(dtype: DType): (x: number, y: number) => number {
  return isFloat(dtype) ? (x, y) => x * y : Math.imul
}
