import type { ShapeAttributes } from '@voltaic/core/graph'
import { u32 } from '../../wgsl/numbers.ts'
import { gridOf } from '../kernel.ts'
import type { NodeContext } from './node-context.ts'

const THREADS = 64

/** Threefry: an invocation writes the two words of a counter. */
export function lowerRandomBits(context: NodeContext, _attributes: ShapeAttributes): void {
  const { lowering, inputs } = context
  const { size } = context.write().spec
  const buffers = [...new Set(inputs.map(({ value }) => value))].filter((value) => lowering.scalar(value) === undefined)
  const words = inputs.map(
    ({ value, view }) => lowering.scalar(value) ?? `load${buffers.indexOf(value)}(${u32(view.offset)})`,
  )
  const pairs = Math.ceil(size / 2)
  const { workgroups, index } = gridOf(Math.ceil(pairs / THREADS))
  const out = `store${buffers.length}`
  lowering.emit({
    label: context.label(),
    operands: [...buffers.map((buffer) => lowering.read(buffer)), context.write()],
    declarations: [],
    threads: THREADS,
    main: [
      `let pair = ${index} * ${THREADS}u + local;`,
      `if (pair >= ${u32(pairs)}) { return; }`,
      `let bits = f_threefry(${words[0]}, ${words[1]}, ${words[2]} + pair, ${words[3]});`,
      `${out}(2u * pair, bits.x);`,
      `if (2u * pair + 1u < ${u32(size)}) { ${out}(2u * pair + 1u, bits.y); }`,
    ],
    workgroups,
    scalarBytes: buffers.length < new Set(inputs.map(({ value }) => value)).size ? lowering.graph.scalarBytes : 0,
    inPlace: [],
  })
}
