import { AcceleratorError } from '@voltaic/core'
import type { TfDType } from '../binding/tf-dtype.ts'
import { definitions } from './definitions.ts'
import type { AttributeDefinition, OpDefinition, RawAttributes, RawCall, RawInput, RawSpec } from './op-definition.ts'

/**
 * What a call of TensorFlow gives, once it is sure that TensorFlow takes it: the addon itself checks neither dtypes nor
 * attributes nor the number of outputs.
 *
 * @throws AcceleratorError naming the op and what does not fit
 */
export function checkCall(name: string, attributes: RawAttributes, inputs: readonly RawInput[]): readonly RawSpec[] {
  const fail = (problem: string): never => {
    throw new AcceleratorError(`cuda: ${name}: ${problem}; this is a mistake of the backend, please report it`)
  }
  const definition = Object.hasOwn(definitions, name) ? definitions[name]! : fail('no such op')
  const call: RawCall = { name, inputs, attributes, fail }
  checkAttributes(definition, call)
  const wanted = definition.inputs.flatMap((argument) => dtypesOf(definition, argument, attributes))
  if (wanted.length !== inputs.length) fail(`takes ${wanted.length} input(s), got ${inputs.length}`)
  for (const [i, dtype] of wanted.entries()) {
    if (inputs[i]!.dtype !== dtype) fail(`input ${i} is ${dtype}, got ${inputs[i]!.dtype}`)
  }
  const shapes = definition.infer(call)
  const given = definition.outputs.flatMap((argument) => dtypesOf(definition, argument, attributes))
  return given.map((dtype, i) => ({ dtype, shape: shapes[i]! }))
}

function checkAttributes({ attributes }: OpDefinition, call: RawCall): void {
  for (const name of Object.keys(call.attributes)) {
    if (!Object.hasOwn(attributes, name)) call.fail(`no attribute ${name}`)
  }
  for (const [name, definition] of Object.entries(attributes)) {
    const value = call.attributes[name]
    if (value === undefined) call.fail(`attribute ${name} is missing`)
    if (!fits(definition, value!)) call.fail(`attribute ${name} cannot be ${JSON.stringify(value)}`)
  }
}

function fits(definition: AttributeDefinition, value: RawAttributes[string]): boolean {
  switch (definition.kind) {
    case 'type':
      return definition.of.includes(value as TfDType)
    case 'string':
      return typeof value === 'string' && (definition.of === 'any' || definition.of.includes(value))
    case 'bool':
      return typeof value === 'boolean'
    case 'float':
      return typeof value === 'number'
    case 'int':
      return Number.isInteger(value)
    case 'ints':
      return areWhole(value) && value.length === definition.length
    case 'shape':
      return areWhole(value)
  }
}

function areWhole(value: RawAttributes[string]): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger)
}

/** The dtypes for which an argument stands. */
function dtypesOf({ attributes }: OpDefinition, argument: string, given: RawAttributes): TfDType[] {
  const [count, T] = argument.includes('*') ? argument.split('*') : [undefined, argument]
  const dtype = (Object.hasOwn(attributes, T!) ? given[T!] : T) as TfDType
  return new Array<TfDType>(count === undefined ? 1 : (given[count] as number)).fill(dtype)
}
