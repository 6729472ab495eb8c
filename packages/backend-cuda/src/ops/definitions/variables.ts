import { sameShape } from '@voltaic/core/graph'
import type { OpDefinition, RawCall, RawSpec } from '../op-definition.ts'
import { bool, shape, type } from './kinds.ts'

/** What the variable of input `i` holds. */
function held(call: RawCall, i: number): RawSpec {
  return call.inputs[i]!.variable ?? call.fail(`nothing was assigned to the variable of input ${i}`)
}

const text = { kind: 'string', of: 'any' } as const
const wide = type('float', 'double')

function checkScalars(call: RawCall, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    if (call.inputs[i]!.shape.length > 0) call.fail(`input ${i} is 0-d, got [${call.inputs[i]!.shape}]`)
  }
}

/** Variables and the updates that TensorFlow makes on them in one pass. */
export const variables: Readonly<Record<string, OpDefinition>> = {
  VarHandleOp: {
    attributes: { container: text, shared_name: text, dtype: wide, shape },
    inputs: [],
    outputs: ['resource'],
    infer: () => [[]],
  },
  AssignVariableOp: { attributes: { dtype: wide }, inputs: ['resource', 'dtype'], outputs: [], infer: () => [] },
  DestroyResourceOp: {
    attributes: { ignore_lookup_error: bool },
    inputs: ['resource'],
    outputs: [],
    infer: () => [],
  },
  ReadVariableOp: {
    attributes: { dtype: wide },
    inputs: ['resource'],
    outputs: ['dtype'],
    infer: (call) => [held(call, 0).shape],
  },
  ResourceApplyAdam: {
    attributes: { T: wide, use_locking: bool, use_nesterov: bool },
    inputs: ['resource', 'resource', 'resource', 'T', 'T', 'T', 'T', 'T', 'T', 'T'],
    outputs: [],
    infer: (call) => {
      checkScalars(call, 3, 9)
      const { shape } = call.inputs[9]!
      if ([0, 1, 2].some((i) => !sameShape(held(call, i).shape, shape))) call.fail(`the gradient is [${shape}]`)
      return []
    },
  },
}
