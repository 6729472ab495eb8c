import type { Tensor } from '../../../src/tensor/tensor.ts'

/** Methods without arguments. */
type Plain = { [K in keyof Tensor]: Tensor[K] extends () => Tensor ? K : never }[keyof Tensor]

/** Functions of each element that take no arguments. */
export const plain = [
  ...([
    'neg',
    'square',
    'sqrt',
    'rsqrt',
    'reciprocal',
    'exp',
    'exp2',
    'expm1',
    'log',
    'log2',
    'log10',
    'log1p',
  ] as const),
  ...(['erf', 'erfc', 'erfinv', 'sigmoid', 'logit', 'relu', 'floor', 'ceil', 'trunc', 'frac', 'round', 'abs'] as const),
  ...(['sign', 'isNan', 'isFinite', 'isInf', 'nanToNum', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'] as const),
  ...(['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'sinc', 'deg2rad', 'rad2deg'] as const),
  ...(['logicalNot', 'bitwiseNot'] as const),
] satisfies Plain[]

/** Methods of two tensors. */
type Paired = { [K in keyof Tensor]: Tensor[K] extends (other: Tensor) => Tensor ? K : never }[keyof Tensor]

/** Functions of the elements of two tensors. */
export const paired = [
  ...(['add', 'sub', 'mul', 'div', 'pow', 'atan2', 'hypot', 'logaddexp', 'copysign', 'minimum', 'maximum'] as const),
  ...([
    'fmin',
    'fmax',
    'eq',
    'ne',
    'lt',
    'le',
    'gt',
    'ge',
    'isClose',
    'logicalAnd',
    'logicalOr',
    'logicalXor',
  ] as const),
  ...(['remainder', 'fmod', 'floorDivide', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor'] as const),
  ...(['bitwiseLeftShift', 'bitwiseRightShift'] as const),
] satisfies Paired[]
