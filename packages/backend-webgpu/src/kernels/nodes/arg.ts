import type { AxisAttributes } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames } from '../../wgsl/indexing.ts'
import { reversedKey, sortKey } from '../../wgsl/keys.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { gridOf } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

/** The index of the largest or smallest element of each row: a workgroup folds a row. */
export function lowerArg(context: NodeContext, { axis }: AxisAttributes): void {
  const [x] = context.inputs as [Input]
  const rows = context.write().spec.size
  const length = x.shape[axis]!
  const threads = length <= 32 ? 1 : Math.min(context.lowering.limits.maxThreads, 2 ** Math.ceil(Math.log2(length / 8)))
  const key = (context.name === 'argmax' ? sortKey : reversedKey)(x.dtype, 'x')
  const kept = x.shape.filter((_, i) => i !== axis)
  const place = x.at(coordinateNames(kept, 'k').toSpliced(axis, 0, 'at'))
  const better = (k: string, at: string) => `${k} > best || (${k} == best && ${at} < first)`
  const lines = [
    ...coordinateLines(kept, 'row', 'k'),
    'var best = 0u;',
    'var first = 0xffffffffu;',
    `for (var at = ${threads === 1 ? '0u' : 'local'}; at < ${u32(length)}; at += ${u32(threads)}) {`,
    `  let x = load0(${place});`,
    `  let key = ${key};`,
    `  if (${better('key', 'at')}) { best = key; first = at; }`,
    '}',
  ]
  const store = 'store1(row, bitcast<i32>(first));'
  const serial = 64
  const grid = gridOf(threads === 1 ? Math.ceil(rows / serial) : rows)
  const head = [
    `let row = ${threads === 1 ? `${grid.index} * ${serial}u + local` : grid.index};`,
    `if (row >= ${u32(rows)}) { return; }`,
  ]
  const tree = [
    'bests[local] = best;',
    'firsts[local] = first;',
    `for (var step = ${u32(threads / 2)}; step > 0u; step >>= 1u) {`,
    '  workgroupBarrier();',
    '  if (local < step) {',
    `    if (${better('bests[local + step]', 'firsts[local + step]')}) { best = bests[local + step]; first = firsts[local + step]; }`,
    '    bests[local] = best;',
    '    firsts[local] = first;',
    '  }',
    '}',
    `if (local == 0u) { ${store} }`,
  ]
  const memory = [`var<workgroup> bests: array<u32, ${threads}>;`, `var<workgroup> firsts: array<u32, ${threads}>;`]
  context.lowering.emit({
    label: context.label(),
    operands: [x.operand, context.write()],
    declarations: threads === 1 ? [] : memory,
    threads: threads === 1 ? serial : threads,
    main: [...head, ...lines, ...(threads === 1 ? [store] : tree)],
    workgroups: grid.workgroups,
    scalarBytes: 0,
    inPlace: [],
  })
}
