import type { AxisAttributes, MovementAttributes } from '@voltaic/core/graph'
import { coordinateLines, coordinateNames } from '../../wgsl/indexing.ts'
import { numberType } from '../../wgsl/layout.ts'
import { constant, u32 } from '../../wgsl/numbers.ts'
import { elementKernel, zeroOf } from '../element-kernel.ts'
import type { BufferId } from '../kernel.ts'
import type { Input, NodeContext } from './node-context.ts'

/** A frame of one value. */
export function lowerPad(context: NodeContext, { padding, value }: MovementAttributes['pad']): void {
  const [x] = context.inputs as [Input]
  const shape = context.shape()
  const type = numberType(x.dtype)
  const from = shape.map((_, axis) => (padding[axis]![0] === 0 ? `c${axis}` : `(c${axis} - ${u32(padding[axis]![0])})`))
  // Below the start they wrap, and are large.
  const inside = from.map((c, axis) => `${c} < ${u32(x.shape[axis]!)}`).join(' && ')
  context.lowering.emit(
    elementKernel({
      label: context.label(),
      size: context.write().spec.size,
      operands: [x.operand, context.write()],
      statements: [
        ...coordinateLines(shape, 'i', 'c'),
        `var x: ${type} = ${constant(x.dtype, value)};`,
        `if (${inside || 'true'}) { x = load0(${x.at(from)}); }`,
      ],
      results: new Map([[1, 'x']]),
    }),
  )
}

/** Tensors one after the other along an axis. */
export function lowerConcat(context: NodeContext, { axis }: AxisAttributes): void {
  const { lowering, inputs, outputs } = context
  const shape = context.shape()
  const most = lowering.limits.maxBuffers - 2
  const type = numberType(inputs[0]!.dtype)
  // What does not fit one kernel is collected in a buffer, part by part: each adds to what the last one wrote.
  let done: { readonly buffer: BufferId; readonly end: number } | undefined
  for (let first = 0; first < inputs.length; first += most) {
    const part = inputs.slice(first, first + most).filter(({ shape }) => shape[axis]! > 0)
    const isLast = first + most >= inputs.length
    const target = isLast ? outputs[0]! : lowering.temporary(inputs[0]!.dtype, lowering.spec(outputs[0]!).size)
    let end = done?.end ?? 0
    const branches = part.map((input, i) => {
      const start = end
      end += input.shape[axis]!
      const at = coordinateNames(shape, 'c').map((c, j) => (j === axis && start > 0 ? `${c} - ${u32(start)}` : c))
      return `if (c${axis} >= ${u32(start)} && c${axis} < ${u32(end)}) { x = load${i}(${input.at(at)}); }`
    })
    const before = done === undefined ? [] : [`if (c${axis} < ${u32(done.end)}) { x = load${part.length}(i); }`]
    const operands = [
      ...part.map((input) => input.operand),
      ...(done === undefined ? [] : [lowering.read(done.buffer)]),
    ]
    lowering.emit(
      elementKernel({
        label: context.label(),
        size: lowering.spec(target).size,
        operands: [...operands, lowering.write(target)],
        statements: [...coordinateLines(shape, 'i', 'c'), `var x: ${type} = ${zeroOf(type)};`, ...before, ...branches],
        results: new Map([[operands.length, 'x']]),
      }),
    )
    done = { buffer: target, end }
  }
}
