import { sizeOf } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { everything, type Lowerings, numbers, whole } from '../lowering.ts'

/**
 * Selection by index and its adjoint. An index out of range fails the run, as it must. ScatterElements goes through its
 * updates in order, where ScatterND races on equal indices; a product with a one-hot matrix, though faster for small
 * vocabularies, would spread one infinite gradient over all rows as NaN.
 */
export const indexing: Lowerings<'indexSelect' | 'indexAdd' | 'gather' | 'scatterAdd' | 'scatter'> = {
  indexSelect: whole(everything, ([x, indices], { b, attributes: { axis }, outputs }) =>
    b.op('Gather', [x!, indices!], { type: x!.type, shape: outputs[0]!.shape }, { axis }),
  ),
  indexAdd: whole(numbers, ([x, indices, updates], { b, attributes: { axis } }) => {
    const before = sizeOf(x!.shape.slice(0, axis))
    const after = sizeOf(x!.shape.slice(axis + 1))
    const count = sizeOf(indices!.shape)
    const rows = b.expand(b.reshape(indices!, [1, count, 1]), [before, count, after])
    const flat = b.reshape(x!, [before, x!.shape[axis]!, after])
    return b.reshape(scatterAdd(b, flat, rows, b.reshape(updates!, [before, count, after]), 1), x!.shape)
  }),
  gather: whole(everything, ([x, indices], { b, attributes: { axis } }) =>
    b.op('GatherElements', [x!, indices!], { type: x!.type, shape: indices!.shape }, { axis }),
  ),
  scatterAdd: whole(numbers, ([x, indices, updates], { b, attributes: { axis } }) =>
    scatterAdd(b, x!, indices!, updates!, axis),
  ),
  scatter: whole(everything, (inputs, { b, attributes: { axis } }) =>
    b.op('ScatterElements', inputs, inputs[0]!, { axis }),
  ),
}

function scatterAdd(b: ModelBuilder, x: OnnxValue, indices: OnnxValue, updates: OnnxValue, axis: number): OnnxValue {
  return b.op('ScatterElements', [x, indices, updates], x, { axis, reduction: 'add' })
}
