import { definitions } from '../ops/definitions.ts'
import type { RawAttributes, Shape } from '../ops/op-definition.ts'
import { rawAttributes } from '../program/raw-attributes.ts'
import type { Handles } from './handles.ts'

const [batch, channels, height, width, kernelHeight, kernelWidth, outChannels] = [2, 3, 5, 6, 2, 3, 4]
const [outHeight, outWidth] = [height - kernelHeight + 1, width - kernelWidth + 1]
const kernel = [kernelHeight, kernelWidth, channels, outChannels]

/**
 * Whether convolution and its gradients take images with their channels first, found out by letting them: kernels of the CPU
 * refuse. What they give must be what they give for the same images with their channels last.
 */
export function takesChannelsFirst(handles: Handles): boolean {
  try {
    const [first, last] = [results(handles, 'NCHW'), results(handles, 'NHWC')]
    return first.every((numbers, i) => numbers.length === last[i]!.length && numbers.every((x, j) => x === last[i]![j]))
  } catch {
    return false
  }
}

type Layout = 'NCHW' | 'NHWC'

/** A convolution, and the gradients of its image and its kernel; images with their channels last. */
function results(handles: Handles, layout: Layout): number[][] {
  const made: number[] = []
  const keep = (id: number) => {
    made.push(id)
    return id
  }
  // Small whole numbers, whose sums are exact in every precision.
  const tensor = (shape: Shape) => {
    const size = shape.reduce((product, n) => product * n, 1)
    return keep(
      handles.create(
        Float32Array.from({ length: size }, (_, i) => ((i * 7) % 5) - 2),
        'float',
        shape,
      ),
    )
  }
  const call = (name: string, inputs: readonly number[], attributes: RawAttributes) => {
    const { outputs } = definitions[name]!
    const all = rawAttributes(handles.binding, name, attributes)
    return keep(handles.execute(name, all, inputs, outputs.length)[0]!.id)
  }
  const moved = (x: number, order: readonly number[]) => {
    if (layout === 'NHWC') return x
    const perm = keep(handles.create(Int32Array.from(order), 'int32', [4]))
    return call('Transpose', [x, perm], { T: 'float', Tperm: 'int32' })
  }
  const image = (shape: Shape) => moved(tensor(shape), [0, 3, 1, 2])
  const ints = (numbers: Shape) => keep(handles.create(Int32Array.from(numbers), 'int32', [numbers.length]))
  const attributes = {
    T: 'float',
    strides: [1, 1, 1, 1],
    padding: 'VALID',
    data_format: layout,
    dilations: [1, 1, 1, 1],
    use_cudnn_on_gpu: true,
  }
  const sizes = layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels]
  try {
    const [x, w, g] = [
      image([batch, height, width, channels]),
      tensor(kernel),
      image([batch, outHeight, outWidth, outChannels]),
    ]
    const y = call('Conv2D', [x, w], attributes)
    const dx = call('Conv2DBackpropInput', [ints(sizes), w, g], attributes)
    const dw = call('Conv2DBackpropFilter', [x, ints(kernel), g], attributes)
    return [moved(y, [0, 2, 3, 1]), moved(dx, [0, 2, 3, 1]), dw].map((id) => Array.from(handles.read(id)))
  } finally {
    for (const id of made) handles.free(id)
  }
}
