import { encodeTensor } from './encode-tensor.ts'
import type { OnnxAttribute } from './model.ts'
import type { ProtoWriter } from './writer.ts'

/** `AttributeProto.AttributeType`; field 20 names which of the value fields counts. */
const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 }

/** Writes the fields of an `AttributeProto`. */
export function encodeAttribute(writer: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  writer.string(1, name)
  const type = encodeValue(writer, attribute)
  writer.int(20, attributeTypes[type])
}

function encodeValue(writer: ProtoWriter, attribute: OnnxAttribute): keyof typeof attributeTypes {
  if (typeof attribute === 'number') {
    writer.int(3, attribute)
    return 'int'
  }
  if (typeof attribute === 'string') {
    writer.string(4, attribute)
    return 'string'
  }
  if (isList(attribute)) {
    writer.ints(8, attribute)
    return 'ints'
  }
  if ('float' in attribute) {
    writer.float(2, attribute.float)
    return 'float'
  }
  if ('floats' in attribute) {
    writer.floats(7, attribute.floats)
    return 'floats'
  }
  if ('strings' in attribute) {
    for (const value of attribute.strings) writer.string(9, value)
    return 'strings'
  }
  writer.message(5, () => encodeTensor(writer, attribute))
  return 'tensor'
}

/** `Array.isArray` alone does not narrow a readonly array. */
function isList(attribute: OnnxAttribute): attribute is readonly number[] {
  return Array.isArray(attribute)
}
