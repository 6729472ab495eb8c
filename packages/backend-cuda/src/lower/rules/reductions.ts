import type { ReduceAttributes } from '@voltaic/core/graph'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { type Rule, type Rules, wideArithmetic } from '../rule.ts'

type ReductionName = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin' | 'cumsum'

/** Reductions and scans; half types add up in float32. */
export const reductionRules: Rules<ReductionName> = {
  sum: total('Sum'),
  prod: total('Prod'),
  max: extreme('Max', 'Any'),
  min: extreme('Min', 'All'),
  argmax: choice('ArgMax'),
  argmin: choice('ArgMin'),
  cumsum: {
    takes: wideArithmetic,
    lower: (emit, { inputs: [x], attributes: { axis, exclusive, reverse } }) =>
      emit.builder.op('Cumsum', [x!, emit.ints([axis], [])], { exclusive, reverse }),
  },
}

function total(name: 'Sum' | 'Prod'): Rule<ReduceAttributes> {
  return {
    takes: wideArithmetic,
    lower: (emit, { inputs: [x], attributes: { axes, keepDims } }) => emit.reduce(name, x!, axes, keepDims),
  }
}

function extreme(name: 'Max' | 'Min', ofBools: 'Any' | 'All'): Rule<ReduceAttributes> {
  return {
    takes: ['float', 'double', 'half', 'int32', 'bool'],
    exact: true,
    ordered: true,
    lower: (emit, { inputs: [x], attributes: { axes, keepDims } }) => {
      if (x!.dtype === 'bool') return emit.reduce(ofBools, x!, axes, keepDims)
      const result = emit.reduce(name, x!, axes, keepDims)
      if (x!.dtype === 'int32') return result
      // TensorFlow's comparisons pass NaN over.
      const hasNan = emit.reduce('Any', emit.op('IsNan', x!), axes, keepDims)
      return emit.select(hasNan, emit.number(Number.NaN, x!.dtype), result)
    },
  }
}

function choice(name: 'ArgMax' | 'ArgMin'): Rule<{ readonly axis: number }> {
  return {
    takes: wideArithmetic,
    exact: true,
    ordered: true,
    lower: (emit, { inputs: [x], attributes: { axis } }) => {
      const result = indexOf(emit, name, x!, axis)
      if (x!.dtype === 'int32') return result
      const isNan = emit.op('IsNan', x!)
      const firstNan = indexOf(emit, 'ArgMax', emit.cast(isNan, 'float'), axis)
      return emit.select(emit.reduce('Any', isNan, [axis]), firstNan, result)
    },
  }
}

/** Of equal elements the first. */
function indexOf(emit: Emitter, name: 'ArgMax' | 'ArgMin', x: Raw, axis: number): Raw {
  return emit.builder.op(name, [x, emit.ints([axis], [])], { output_type: 'int32' })
}
