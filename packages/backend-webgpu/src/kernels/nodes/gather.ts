import type { AxisAttributes } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames } from '../../wgsl/indexing.ts'
import { elementKernel } from '../element-kernel.ts'
import { checkedIndex, type IndexingOp } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

/** Rows along `axis`, at indices of any shape. */
export function lowerIndexSelect(context: NodeContext, { axis }: AxisAttributes): void {
  const [x, indices] = context.inputs as [Input, Input]
  const c = coordinateNames(context.shape(), 'c')
  const places = c.slice(axis, axis + indices.shape.length)
  emitSelection(context, 'indexSelect', {
    length: x.shape[axis]!,
    index: indices.at(places),
    element: x.at([...c.slice(0, axis), 'at', ...c.slice(axis + indices.shape.length)]),
  })
}

/** An element along `axis` for each index. */
export function lowerGather(context: NodeContext, { axis }: AxisAttributes): void {
  const [x, indices] = context.inputs as [Input, Input]
  const c = coordinateNames(context.shape(), 'c')
  emitSelection(context, 'gather', {
    length: x.shape[axis]!,
    index: indices.at(c),
    element: x.at(c.with(axis, 'at')),
  })
}

interface Selection {
  /** Of the axis. */
  readonly length: number
  /** Where the index lies, and the element that it names as `at`. */
  readonly index: string
  readonly element: string
}

function emitSelection(context: NodeContext, op: IndexingOp, { length, index, element }: Selection): void {
  const [x, indices] = context.inputs as [Input, Input]
  context.lowering.emit({
    ...elementKernel({
      label: context.label(),
      size: context.write().spec.size,
      operands: [x.operand, indices.operand, context.write()],
      statements: [
        ...coordinateLines(context.shape(), 'i', 'c'),
        `let at = ${checkedIndex(op, `load1(${index})`, length)};`,
        `let x = load0(${element});`,
      ],
      results: new Map([[2, 'x']]),
    }),
    checksIndices: true,
  })
}
