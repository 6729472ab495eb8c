import { type AxisAttributes, sizeOf } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames } from '../../wgsl/indexing.ts'
import { rounded } from '../../wgsl/layout.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { elementKernel } from '../element-kernel.ts'
import { checkedIndex, gridOf, type IndexingOp } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

/*
 * Every element of the result looks for the updates that are its own, and adds them in their order: the sum is the same each
 * time, which additions by atomics are not.
 */

/** Elements times updates up to which all of them look at all. */
const MAX_LOOKS = 2 ** 20

/** Rows added along `axis`, at indices of any shape. */
export function lowerIndexAdd(context: NodeContext, { axis }: AxisAttributes): void {
  const [x, indices, updates] = context.inputs as [Input, Input, Input]
  const c = coordinateNames(x.shape, 'c')
  const j = coordinateNames(indices.shape, 'j')
  const count = sizeOf(indices.shape)
  const update = updates.at([...c.slice(0, axis), ...j, ...c.slice(axis + 1)])
  const lines = coordinateLines(indices.shape, 'j', 'j')
  if (sizeOf(x.shape) * count > MAX_LOOKS)
    return emitSorted(context, { axis, count, lines, index: indices.at(j), update })
  emitScatter(context, 'indexAdd', {
    axis,
    count,
    lines,
    index: indices.at(j),
    update,
    inside: 'true',
    replaces: false,
  })
}

const THREADS = 64

/**
 * First puts the updates in the order of their indices, equal ones in their own: each counts those that come before it. Then an
 * element finds its first update by halving.
 */
function emitSorted(
  context: NodeContext,
  { axis, count, lines, index, update }: Pick<Scatter, 'axis' | 'count' | 'lines' | 'index' | 'update'>,
): void {
  const { lowering } = context
  const [x, indices, updates] = context.inputs as [Input, Input, Input]
  const [keys, order] = [lowering.temporary('int32', count), lowering.temporary('int32', count)]
  const { workgroups, index: group } = gridOf(Math.ceil(count / THREADS))
  const loaded = [...lines, `return load0(${index});`]
  lowering.emit({
    label: `${context.label()}, order`,
    operands: [indices.operand, lowering.write(keys), lowering.write(order)],
    declarations: [`fn index_at(j: u32) -> i32 {\n  ${loaded.join('\n  ')}\n}`],
    threads: THREADS,
    main: [
      `let j = ${group} * ${THREADS}u + local;`,
      `if (j >= ${u32(count)}) { return; }`,
      'let own = index_at(j);',
      `_ = ${checkedIndex('indexAdd', 'own', x.shape[axis]!)};`,
      'var rank = 0u;',
      `for (var i = 0u; i < ${u32(count)}; i++) {`,
      '  let other = index_at(i);',
      '  if (other < own || (other == own && i < j)) { rank++; }',
      '}',
      'store1(rank, own);',
      'store2(rank, bitcast<i32>(j));',
    ],
    workgroups,
    scalarBytes: 0,
    checksIndices: true,
    inPlace: [],
  })
  lowering.emit(
    elementKernel({
      label: context.label(),
      size: context.write().spec.size,
      operands: [x.operand, lowering.read(keys), lowering.read(order), updates.operand, context.write()],
      statements: [
        ...coordinateLines(x.shape, 'i', 'c'),
        `var x = load0(${x.at(coordinateNames(x.shape, 'c'))});`,
        `let own = bitcast<i32>(c${axis});`,
        'var low = 0u;',
        `var high = ${u32(count)};`,
        'while (low < high) {',
        '  let middle = (low + high) / 2u;',
        '  if (load1(middle) < own) { low = middle + 1u; } else { high = middle; }',
        '}',
        `for (; low < ${u32(count)}; low++) {`,
        '  if (load1(low) != own) { break; }',
        '  let j = bitcast<u32>(load2(low));',
        ...lines.map((line) => `  ${line}`),
        `  x = x + load3(${update});`,
        '}',
        `let result = ${rounded(x.dtype, 'x')};`,
      ],
      results: new Map([[4, 'result']]),
    }),
  )
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
