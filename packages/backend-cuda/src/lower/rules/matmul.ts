import { sizeOf } from '@voltaic/core/graph'

import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { arithmetic, type Rules } from '../rule.ts'

/** Matrix products. */
export const matmulRules: Rules<'matmul'> = {
  matmul: {
    takes: arithmetic,
    sums: true,
    lower: (emit, { inputs: [a, b], outputSpecs: [out], attributes: { transposeA, transposeB } }) => {
      if (sizeOf(a!.shape) === 0) return emit.full(0, a!.dtype, out!.shape)
      return product(emit, a!, b!, { transposeA, transposeB })
    },
  },
}

interface Exchange {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** `[…batch, M, K]` by `[…batch, K, N]`; neither empty. */
function product(emit: Emitter, a: Raw, b: Raw, { transposeA, transposeB }: Exchange): Raw {
  if (a.shape.length === 2 && b.shape.length === 2) {
    return emit.builder.op('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB })
  }
  // A batch of rows against one matrix is one product of more rows.
  if (b.shape.length === 2 && !transposeA) {
    const [rows, inner] = [a.shape.slice(0, -1), a.shape.at(-1)!]
    const flat = product(emit, emit.reshape(a, [sizeOf(rows), inner]), b, { transposeA, transposeB })
    return emit.reshape(flat, [...rows, flat.shape[1]!])
  }
  return emit.builder.op('BatchMatMulV2', [a, b], { adj_x: transposeA, adj_y: transposeB })
}
