import { broadcastView, type ContractionAttributes, type Shape, sizeOf } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames, placeExpression } from '../../wgsl/indexing.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { lowerContraction } from './contraction.ts'
import type { Input, NodeContext } from './node-context.ts'

/** Products of matrices, batches broadcast. Operands are read through their strides, whichever way they are turned. */
export function lowerMatmul(context: NodeContext, { transposeA, transposeB }: ContractionAttributes['matmul']): void {
  const [x, y] = context.inputs as [Input, Input]
  const shape = context.shape()
  const batch = shape.slice(0, -2)
  const [m, n] = shape.slice(-2) as [number, number]
  const k = x.shape.at(transposeA ? -2 : -1)!
  const a = operandOf(x, batch, transposeA ? ['k', 'm'] : ['m', 'k'])
  const b = operandOf(y, batch, transposeB ? ['n', 'k'] : ['k', 'n'])
  lowerContraction(context, {
    batch: sizeOf(batch),
    m,
    n,
    k,
    a: [...a.lines, `return load0(${a.at});`],
    b: [...b.lines, `return load1(${b.at});`],
    out: `(batch * ${u32(m)} + m) * ${u32(n)} + n`,
    run: n,
    aContiguous: a.contiguous === 'k' ? 'k' : 'm',
    bContiguous: b.contiguous === 'k' ? 'k' : 'n',
    operands: [x.operand, y.operand],
  })
}

/** Where a matrix's element lies, and along which of `axes` neighbours do. */
function operandOf(
  { view }: Input,
  batch: Shape,
  axes: readonly [string, string],
): { readonly lines: string[]; readonly at: string; readonly contiguous: string } {
  const [rows, columns] = view.strides.slice(-2) as [number, number]
  const outer = { shape: view.shape.slice(0, -2), strides: view.strides.slice(0, -2), offset: view.offset }
  const { strides, offset } = broadcastView(outer, batch)
  return {
    lines: strides.some((stride) => stride !== 0) ? coordinateLines(batch, 'batch', 'c') : [],
    at: placeExpression({ strides: [...strides, rows, columns], offset }, [...coordinateNames(batch, 'c'), ...axes]),
    contiguous: Math.abs(rows) === 1 && Math.abs(columns) !== 1 ? axes[0] : axes[1],
  }
}
