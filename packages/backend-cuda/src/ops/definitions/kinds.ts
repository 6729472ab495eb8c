import type { TfDType } from '../../binding/tf-dtype.ts'
import type { AttributeDefinition, RawCall, Shape } from '../op-definition.ts'

/** float32, float64 and float16. bfloat16 is left out: it is only ever cast to and from. */
export const floats: readonly TfDType[] = ['float', 'double', 'half']
export const integers: readonly TfDType[] = ['int32', 'int64']
export const numbers: readonly TfDType[] = [...floats, ...integers]
/** What can be moved about. */
export const movable: readonly TfDType[] = [...numbers, 'uint8', 'bool']

export function type(...of: readonly TfDType[]): AttributeDefinition {
  return { kind: 'type', of }
}

export const bool: AttributeDefinition = { kind: 'bool' }
export const int: AttributeDefinition = { kind: 'int' }
export const shape: AttributeDefinition = { kind: 'shape' }
/** Of indices, axes and shapes: we give int32. */
export const index: AttributeDefinition = type('int32')

export function ints(length: number): AttributeDefinition {
  return { kind: 'ints', length }
}

export function oneOf(...of: readonly string[]): AttributeDefinition {
  return { kind: 'string', of }
}

/** The shape to which the inputs of a call broadcast. */
export function broadcast(call: RawCall, shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((dimensions) => dimensions.length))
  return Array.from({ length: rank }, (_, axis) => {
    let length = 1
    for (const dimensions of shapes) {
      const n = dimensions[axis - rank + dimensions.length] ?? 1
      if (n === 1 || n === length) continue
      if (length !== 1) call.fail(`shapes do not broadcast, got [${shapes.join('] and [')}]`)
      length = n
    }
    return length
  })
}

/** The numbers of input `i`, which must be a constant. */
export function constantInput(call: RawCall, i: number): readonly number[] {
  return call.inputs[i]!.numbers ?? call.fail(`input ${i} must be a constant`)
}

/** The axes in input `i`, each within the rank of input 0 and none twice. */
export function axesInput(call: RawCall, i: number): readonly number[] {
  const axes = constantInput(call, i)
  const { length } = call.inputs[0]!.shape
  if (axes.some((axis) => axis < 0 || axis >= length) || new Set(axes).size < axes.length) {
    call.fail(`axes [${axes}] do not fit ${length} dimension(s)`)
  }
  return axes
}

/** The one axis in input `i`. */
export function axisInput(call: RawCall, i: number): number {
  const [axis] = axesInput(call, i)
  return axis!
}

/** Refuses unless the input has the rank. */
export function checkRank(call: RawCall, i: number, rank: number): void {
  const got = call.inputs[i]!.shape
  if (got.length !== rank) call.fail(`input ${i} has ${rank} dimension(s), got [${got}]`)
}
