import { type ReductionAttributes, stridesOf } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames, placeExpression } from '../../wgsl/indexing.ts'
import { numberType, rounded } from '../../wgsl/layout.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { zeroOf } from '../element-kernel.ts'
import { gridOf } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

/**
 * Running sums: a workgroup goes along a row, a stretch at a time. Within a stretch sums double their reach in each step
 * (W. D. Hillis, G. L. Steele, "Data parallel algorithms", 1986).
 */
export function lowerCumsum(context: NodeContext, { axis, exclusive, reverse }: ReductionAttributes['cumsum']): void {
  const { lowering } = context
  const [x] = context.inputs as [Input]
  const length = x.shape[axis]!
  const rows = context.write().spec.size / length
  const threads = Math.min(lowering.limits.maxThreads, 256, Math.max(2, 2 ** Math.ceil(Math.log2(length))))
  const type = numberType(x.dtype)
  const kept = x.shape.filter((_, i) => i !== axis)
  const coordinates = coordinateNames(kept, 'k').toSpliced(axis, 0, 'along')
  const to = placeExpression({ strides: stridesOf(x.shape), offset: 0 }, coordinates)
  const { workgroups, index } = gridOf(rows)
  const zero = zeroOf(type)
  const before = `select(sums[local - min(local, 1u)], ${zero}, local == 0u)`
  const result = exclusive ? `carry + ${before}` : 'carry + sums[local]'
  context.fill(0, (target) =>
    lowering.emit({
      label: context.label(),
      operands: [x.operand, lowering.write(target)],
      declarations: [`var<workgroup> sums: array<${type}, ${threads}>;`],
      threads,
      main: [
        `let row = ${index};`,
        `if (row >= ${u32(rows)}) { return; }`,
        ...coordinateLines(kept, 'row', 'k'),
        `var carry: ${type} = ${zero};`,
        `for (var start = 0u; start < ${u32(length)}; start += ${u32(threads)}) {`,
        '  let at = start + local;',
        `  let along = ${reverse ? `${u32(length - 1)} - at` : 'at'};`,
        `  var x: ${type} = ${zero};`,
        `  if (at < ${u32(length)}) { x = load0(${x.at(coordinates)}); }`,
        '  workgroupBarrier();',
        '  sums[local] = x;',
        `  for (var step = 1u; step < ${u32(threads)}; step <<= 1u) {`,
        '    workgroupBarrier();',
        `    var y: ${type} = ${zero};`,
        '    if (local >= step) { y = sums[local - step]; }',
        '    workgroupBarrier();',
        '    if (local >= step) { sums[local] = sums[local] + y; }',
        '  }',
        '  workgroupBarrier();',
        `  if (at < ${u32(length)}) { let sum = ${result}; store1(${to}, ${rounded(x.dtype, 'sum')}); }`,
        `  carry = carry + sums[${threads - 1}];`,
        '}',
      ],
      workgroups,
      scalarBytes: 0,
      inPlace: [],
    }),
  )
}
