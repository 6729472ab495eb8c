import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './proto/index.ts'

/**
 * A model as text, one op a line: what a plan prints and tests compare.
 *
 * ```
 * inputs  v0: float[64, 784], v1: float[784, 512]
 * t0 = Gemm(v0, v1) {transB: 1}
 * v3 = Max(t0, 0)
 * outputs v3: float[64, 512]
 * ```
 *
 * Constants of one element are written in place, longer ones as `float[3, 3]`.
 */
export function formatModel({ graph }: OnnxModel): string {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, formatConstant(tensor)]))
  return [
    `inputs  ${graph.inputs.map(formatInfo).join(', ')}`,
    ...graph.nodes.map((node) => formatNode(node, constants)),
    `outputs ${graph.outputs.map(formatInfo).join(', ')}`,
  ].join('\n')
}

/** The op types of a model in order. */
export function opTypesOf({ graph }: OnnxModel): string[] {
  return graph.nodes.map(({ opType }) => opType)
}

function formatNode({ opType, inputs, outputs, attributes = {} }: OnnxNode, constants: Map<string, string>): string {
  const operands = inputs.map((name) => (name === '' ? '–' : (constants.get(name) ?? name)))
  const settings = Object.entries(attributes).map(([name, value]) => `${name}: ${formatAttribute(value)}`)
  const suffix = settings.length === 0 ? '' : ` {${settings.join(', ')}}`
  return `${outputs.join(', ')} = ${opType}(${operands.join(', ')})${suffix}`
}

function formatInfo({ name, elementType, dims }: OnnxValueInfo): string {
  return `${name}: ${elementType}[${dims.join(', ')}]`
}

function formatConstant({ elementType, dims, data }: OnnxTensor): string {
  const elements = data as unknown as ArrayLike<number | bigint>
  // Axes and shapes are short and say what an op does.
  if (dims.length === 0 || (elementType === 'int64' && elements.length <= 8)) {
    const written = Array.from(elements, String).join(', ')
    return dims.length === 0 ? written : `[${written}]`
  }
  return `${elementType}[${dims.join(', ')}]`
}

function formatAttribute(value: OnnxAttribute): string {
  if (typeof value !== 'object') return String(value)
  if ('float' in value) return String(value.float)
  if ('floats' in value) return `[${value.floats.join(', ')}]`
  if ('strings' in value) return `[${value.strings.join(', ')}]`
  if ('elementType' in value) return formatConstant(value)
  return `[${value.join(', ')}]`
}
