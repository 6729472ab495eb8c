import { isFloat } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import { type Shape, specOf } from '../../graph/spec.ts'
import type { Kernels, Operand } from './kernel.ts'
import { addIntegerProduct, addProduct, type Matrix, matrix, transposed } from './product.ts'
import { spread } from './view.ts'

/** Matrix products. */
export const matmulKernels: Kernels<'matmul'> = {
  matmul: ([a, b], [out], { transposeA, transposeB }) => {
    const add = isFloat(a!.spec.dtype) ? addProduct : addIntegerProduct
    const batch = out!.spec.shape.slice(0, -2)
    const [left, right] = [batchesOf(a!, batch), batchesOf(b!, batch)]
    for (let i = 0; i < sizeOf(batch); i++) {
      const x = matrixOf(a!, left[i]!)
      const y = matrixOf(b!, right[i]!)
      add(transposeA ? transposed(x) : x, transposeB ? transposed(y) : y, matrixOf(out!, i))
    }
  },
}

/** Which of its matrices `x` brings to each place of `batch`. */
function batchesOf(x: Operand, batch: Shape): Float64Array {
  const spec = specOf('float64', x.spec.shape.slice(0, -2))
  return spread({ spec, data: Float64Array.from({ length: spec.size }, (_, i) => i) }, batch)
}

function matrixOf({ data, spec: { shape } }: Operand, index: number): Matrix {
  const [rows, columns] = shape.slice(-2) as [number, number]
  return matrix(data, index * rows * columns, rows, columns)
}
