import type { AdamAttributes, AxisAttributes } from '@voltaic/core/graph'
import { type CompositeRule, floats, wideFloats } from '../rule.ts'
import { adamUpdate } from './adam.ts'

/** Composites that TensorFlow has an op for. */
export const compositeRules: Readonly<Record<string, CompositeRule<never>>> = {
  relu: {
    takes: floats,
    exact: true,
    fuses: (_, { reluOfNan }) => !reluOfNan,
    lower: (emit, { inputs: [x] }) => emit.op('Relu', x!),
  },
  softmax: alongLast('Softmax'),
  logSoftmax: alongLast('LogSoftmax'),
  adamUpdate: {
    takes: ['float', 'double', 'int32'],
    fuses: ({ dtype, inputSpecs, attributes }) =>
      (dtype === 'float32' || dtype === 'float64') && inputSpecs[0]!.size > 0 && !attributes.amsgrad,
    lower: adamUpdate,
  } satisfies CompositeRule<AdamAttributes>,
}

/** TensorFlow's run along the last axis; half types are computed in float32. */
function alongLast(name: 'Softmax' | 'LogSoftmax'): CompositeRule<AxisAttributes> {
  return {
    takes: wideFloats,
    fuses: ({ inputSpecs }) => inputSpecs[0]!.rank > 0,
    lower: (emit, { inputs: [x], attributes: { axis } }) => {
      // Exchanging two axes is its own inverse.
      const last = x!.shape.length - 1
      const order = x!.shape.map((_, i) => (i === axis ? last : i)).with(last, axis)
      return emit.transpose(emit.op(name, emit.transpose(x!, order)), order)
    },
  }
}
