import { type ReductionAttributes, stridesOf } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames, placeExpression } from '../../wgsl/indexing.ts'
import { sortKey } from '../../wgsl/keys.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { gridOf } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

const THREADS = 64

export function lowerSort(context: NodeContext, { axis, descending }: ReductionAttributes['sort']): void {
  emitRanked(context, axis, { count: context.shape()[axis]!, descending })
}

export function lowerTopK(context: NodeContext, { axis, k, largest }: ReductionAttributes['topK']): void {
  emitRanked(context, axis, { count: k, descending: largest })
}

/**
 * Puts each element where it belongs: at the number of elements that come before it, equal ones by their index. That takes
 * the square of a row's length, but one kernel, and is stable.
 */
function emitRanked(
  context: NodeContext,
  axis: number,
  { count, descending }: { readonly count: number; readonly descending: boolean },
): void {
  const { lowering } = context
  const [x] = context.inputs as [Input]
  const length = x.shape[axis]!
  const size = x.shape.reduce((product, n) => product * n, 1)
  const kept = x.shape.filter((_, i) => i !== axis)
  const at = (along: string) => coordinateNames(kept, 'k').toSpliced(axis, 0, along)
  const to = placeExpression({ strides: stridesOf(context.shape()), offset: 0 }, at('rank'))
  const key = (along: string) => sortKey(x.dtype, `load0(${x.at(at(along))})`)
  const before = descending ? 'other > own' : 'other < own'
  const { workgroups, index } = gridOf(Math.ceil(size / THREADS))
  context.fill(0, (target) =>
    lowering.emit({
      label: context.label(),
      operands: [x.operand, lowering.write(target), context.write(1)],
      declarations: [],
      threads: THREADS,
      main: [
        `let i = ${index} * ${THREADS}u + local;`,
        `if (i >= ${u32(size)}) { return; }`,
        `let row = i / ${u32(length)};`,
        `let along = i % ${u32(length)};`,
        ...coordinateLines(kept, 'row', 'k'),
        `let own = ${key('along')};`,
        'var rank = 0u;',
        `for (var j = 0u; j < ${u32(length)}; j++) {`,
        `  let other = ${key('j')};`,
        `  if (${before} || (other == own && j < along)) { rank++; }`,
        '}',
        `if (rank < ${u32(count)}) {`,
        `  store1(${to}, load0(${x.at(at('along'))}));`,
        `  store2(${to}, bitcast<i32>(along));`,
        '}',
      ],
      workgroups,
      scalarBytes: 0,
      inPlace: [],
    }),
  )
}
