import type { Binding, RawAttribute } from '../binding/binding.ts'
import { type TfDType, tfDTypeNumbers } from '../binding/tf-dtype.ts'
import { definitions } from '../ops/definitions.ts'
import type { AttributeDefinition, RawAttributes } from '../ops/op-definition.ts'

/** The addon's numbers for kinds of attributes. */
export type AttributeNumbers = Pick<
  Binding,
  'TF_ATTR_STRING' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL' | 'TF_ATTR_TYPE' | 'TF_ATTR_SHAPE'
>

/** The attributes of a checked call, as the addon takes them. */
export function rawAttributes(numbers: AttributeNumbers, name: string, attributes: RawAttributes): RawAttribute[] {
  return Object.entries(definitions[name]!.attributes).map(([attribute, definition]) => {
    const value = attributes[attribute]!
    const type = numbers[kinds[definition.kind]]
    return { name: attribute, type, value: definition.kind === 'type' ? tfDTypeNumbers[value as TfDType] : value }
  })
}

const kinds: Readonly<Record<AttributeDefinition['kind'], keyof AttributeNumbers>> = {
  type: 'TF_ATTR_TYPE',
  string: 'TF_ATTR_STRING',
  bool: 'TF_ATTR_BOOL',
  int: 'TF_ATTR_INT',
  ints: 'TF_ATTR_INT',
  float: 'TF_ATTR_FLOAT',
  shape: 'TF_ATTR_SHAPE',
}
