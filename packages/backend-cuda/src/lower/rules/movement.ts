import { everything, type Rules } from '../rule.ts'

type MovementName = 'reshape' | 'permute' | 'broadcastTo' | 'slice' | 'pad' | 'concat' | 'flip'

const moving = { takes: everything, exact: true }

/** Primitives that move elements and compute nothing. */
export const movementRules: Rules<MovementName> = {
  reshape: { ...moving, lower: (emit, { inputs: [x], attributes: { shape } }) => emit.reshape(x!, shape) },
  permute: { ...moving, lower: (emit, { inputs: [x], attributes: { axes } }) => emit.transpose(x!, axes) },
  broadcastTo: { ...moving, lower: (emit, { inputs: [x], attributes: { shape } }) => emit.broadcastTo(x!, shape) },
  slice: {
    ...moving,
    lower: (emit, { inputs: [x], attributes: { starts, ends, steps } }) => emit.slice(x!, starts, ends, steps),
  },
  pad: { ...moving, lower: (emit, { inputs: [x], attributes: { padding, value } }) => emit.pad(x!, padding, value) },
  concat: { ...moving, lower: (emit, { inputs, attributes: { axis } }) => emit.concat(inputs, axis) },
  flip: {
    ...moving,
    lower: (emit, { inputs: [x], attributes: { axes } }) =>
      axes.length === 0 ? x! : emit.op('ReverseV2', x!, emit.ints(axes)),
  },
}
