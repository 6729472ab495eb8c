import type { DType } from '@voltaic/core'
import type { PrimitiveName } from '@voltaic/core/graph'
import type { Requirements } from '../suite/case.ts'

/** A need of `ops` on one dtype. */
export function opsOn(dtype: DType, ops: readonly PrimitiveName[]): Requirements {
  return { dtypes: [dtype], ops: ops.map((op) => [op, dtype] as const) }
}

/** What layers, losses, optimizers, metrics and a scaler of any training come to. */
const ofTrainings: readonly PrimitiveName[] = [
  ...(['abs', 'add', 'broadcastTo', 'cast', 'concat', 'div', 'equal', 'exp', 'expm1', 'gather', 'isFinite'] as const),
  ...(['less', 'lessEqual', 'literal', 'log', 'log1p', 'matmul', 'max', 'maximum', 'minimum', 'mul', 'neg'] as const),
  ...(['permute', 'reshape', 'sigmoid', 'slice', 'sqrt', 'sub', 'sum', 'tanh', 'where'] as const),
]

/** What of it mixed precision computes in its half type. */
const ofHalves: readonly PrimitiveName[] = [
  ...(['add', 'broadcastTo', 'cast', 'concat', 'lessEqual', 'literal', 'matmul', 'maximum', 'mul', 'neg'] as const),
  ...(['permute', 'reshape', 'slice', 'sub', 'sum', 'tanh', 'where'] as const),
]

/** Labels, counters, conditions and draws. */
const ofOthers: readonly (readonly [dtype: DType, ops: readonly PrimitiveName[]])[] = [
  ['int32', ['add', 'equal', 'iota', 'less', 'literal', 'reshape', 'where']],
  ['bool', ['and', 'cast', 'not', 'or']],
  ['uint32', ['cast', 'literal', 'randomBits', 'shiftRight']],
]

export interface TrainingNeeds {
  /** In which parameters and activations are; with `isMixed`, products and what lies between them. */
  readonly dtype: DType
  readonly isMixed?: boolean
  /** Ops of the layers, beside those of any training. */
  readonly ops?: readonly PrimitiveName[]
}

/** What a training needs. Optimizer state, metrics and a loss scale are float32, whatever the precision. */
export function trainingRequirements({ dtype, isMixed = false, ops: own = [] }: TrainingNeeds): Requirements {
  const needed: typeof ofOthers = [
    ['float32', isMixed ? [...ofTrainings, ...own] : ofTrainings],
    [dtype, [...(isMixed ? ofHalves : ofTrainings), ...own]],
    ...ofOthers,
  ]
  const ops = new Map(needed.flatMap(([of, names]) => names.map((op) => [`${op} ${of}`, [op, of] as const])))
  return { dtypes: [...new Set<DType>(['float32', dtype])], ops: [...ops.values()] }
}
