import { type AxisAttributes, sizeOf } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames } from '../../wgsl/indexing.ts'
import { rounded } from '../../wgsl/layout.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { elementKernel } from '../element-kernel.ts'
import { checkedIndex, type IndexingOp } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

/*
 * Every element of the result looks for the updates that are its own, in their order: the sum is the same each time, which
 * additions by atomics are not.
 */

/** Rows added along `axis`, at indices of any shape. */
export function lowerIndexAdd(context: NodeContext, { axis }: AxisAttributes): void {
  const [x, indices, updates] = context.inputs as [Input, Input, Input]
  const c = coordinateNames(x.shape, 'c')
  const j = coordinateNames(indices.shape, 'j')
  emitScatter(context, 'indexAdd', {
    axis,
    count: sizeOf(indices.shape),
    lines: coordinateLines(indices.shape, 'j', 'j'),
    index: indices.at(j),
    update: updates.at([...c.slice(0, axis), ...j, ...c.slice(axis + 1)]),
    inside: 'true',
    replaces: false,
  })
}

/** Elements added along `axis`. */
export function lowerScatterAdd(context: NodeContext, { axis }: AxisAttributes): void {
  emitElements(context, 'scatterAdd', axis, false)
}

/** Elements put along `axis`; of several for one place the last stays. */
export function lowerScatter(context: NodeContext, { axis }: AxisAttributes): void {
  emitElements(context, 'scatter', axis, true)
}

function emitElements(context: NodeContext, op: IndexingOp, axis: number, replaces: boolean): void {
  const [x, indices, updates] = context.inputs as [Input, Input, Input]
  const at = coordinateNames(x.shape, 'c').with(axis, 'j')
  const inside = at.flatMap((c, i) =>
    i === axis || indices.shape[i] === x.shape[i] ? [] : [`${c} < ${u32(indices.shape[i]!)}`],
  )
  emitScatter(context, op, {
    axis,
    count: sizeOf(indices.shape) === 0 ? 0 : indices.shape[axis]!,
    lines: [],
    index: indices.at(at),
    update: updates.at(at),
    inside: inside.join(' && ') || 'true',
    replaces,
  })
}

interface Scatter {
  readonly axis: number
  /** Updates that an element must look at, numbered `j`. */
  readonly count: number
  /** Statements before the two places below. */
  readonly lines: readonly string[]
  /** Where the index of update `j` lies, and the update. */
  readonly index: string
  readonly update: string
  /** Whether there are updates beside this element. */
  readonly inside: string
  readonly replaces: boolean
}

function emitScatter(context: NodeContext, op: IndexingOp, scatter: Scatter): void {
  const { axis, count, lines, index, update, inside, replaces } = scatter
  const [x, indices, updates] = context.inputs as [Input, Input, Input]
  const take = replaces ? `x = load2(${update});` : `x = x + load2(${update});`
  const { size } = context.write().spec
  context.lowering.emit({
    ...elementKernel({
      label: context.label(),
      size,
      operands: [x.operand, indices.operand, updates.operand, context.write()],
      statements: [
        ...coordinateLines(x.shape, 'i', 'c'),
        `var x = load0(${x.at(coordinateNames(x.shape, 'c'))});`,
        `if (${inside}) {`,
        `  for (var j = 0u; j < ${u32(count)}; j++) {`,
        ...lines.map((line) => `    ${line}`),
        // An index that is out of range is met by all.
        `    let at = load1(${index});`,
        `    if (bitcast<u32>(at) == c${axis}) { ${take} } else if (bitcast<u32>(at) >= ${u32(x.shape[axis]!)}) {`,
        `      _ = ${checkedIndex(op, 'at', x.shape[axis]!)};`,
        '    }',
        '  }',
        '}',
        `let result = ${rounded(x.dtype, 'x')};`,
      ],
      results: new Map([[3, 'result']]),
    }),
    checksIndices: true,
  })
}
