import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { arithmetic, everything, floats, type LoweredNode, type Rule, type Rules, wideFloats } from '../rule.ts'
import { unsignedToInt64 } from '../storage.ts'

type BinaryName =
  | ('add' | 'sub' | 'mul' | 'div' | 'floorDivide' | 'remainder' | 'pow' | 'minimum' | 'maximum' | 'atan2')
  | ('and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight' | 'equal' | 'less' | 'lessEqual' | 'where')

/** Elementwise primitives of two operands, which broadcast, and `where`. */
export const binaryRules: Rules<BinaryName> = {
  add: named('AddV2', arithmetic),
  sub: named('Sub', arithmetic),
  mul: named('Mul', arithmetic),
  div: named('RealDiv', floats),
  floorDivide: { takes: arithmetic, lower: (emit, node) => divided(emit, node, 'FloorDiv') },
  remainder: {
    takes: ['float', 'double', 'int32'],
    lower: (emit, node) =>
      node.inputs[0]!.dtype === 'int32' ? divided(emit, node, 'FloorMod') : floatRemainder(emit, node),
  },
  pow: named('Pow', wideFloats),
  minimum: extreme('Minimum'),
  maximum: extreme('Maximum'),
  atan2: named('Atan2', wideFloats),
  and: logical('LogicalAnd', 'BitwiseAnd'),
  or: logical('LogicalOr', 'BitwiseOr'),
  xor: logical('NotEqual', 'BitwiseXor'),
  shiftLeft: { takes: arithmetic, lower: (emit, { inputs: [x, y] }) => emit.op('LeftShift', x!, count(emit, y!)) },
  shiftRight: {
    takes: arithmetic,
    lower: (emit, { inputs: [x, y], dtype }) => {
      if (dtype !== 'uint32') return emit.op('RightShift', x!, count(emit, y!))
      const places = emit.cast(count(emit, y!), 'int64')
      return emit.cast(emit.op('RightShift', unsignedToInt64(emit, x!), places), 'int32')
    },
  },
  equal: named('Equal', [...arithmetic, 'bool']),
  less: { ...named('Less', arithmetic), ordered: true },
  lessEqual: { ...named('LessEqual', arithmetic), ordered: true },
  where: { takes: everything, exact: true, lower: (emit, { inputs: [c, x, y] }) => emit.select(c!, x!, y!) },
}

function named(name: string, takes: Rule<unknown>['takes']): Rule<unknown> {
  return { takes, lower: (emit, { inputs: [x, y] }) => emit.op(name, x!, y!) }
}

function logical(ofBools: string, ofIntegers: string): Rule<unknown> {
  return {
    takes: ['int32', 'bool'],
    lower: (emit, { inputs: [x, y] }) => emit.op(x!.dtype === 'bool' ? ofBools : ofIntegers, x!, y!),
  }
}

/** NaN if either operand is; which of its operands TensorFlow takes then differs from kernel to kernel. */
function extreme(name: 'Minimum' | 'Maximum'): Rule<unknown> {
  return {
    takes: arithmetic,
    exact: true,
    ordered: true,
    lower: (emit, { inputs: [x, y] }) => {
      if (x!.dtype === 'int32') return emit.op(name, x!, y!)
      const isFirst = emit.op(name === 'Maximum' ? 'Greater' : 'Less', x!, y!)
      return emit.select(emit.op('LogicalOr', isFirst, emit.op('IsNan', x!)), x!, y!)
    },
  }
}

/** Shift counts modulo 32. */
function count(emit: Emitter, y: Raw): Raw {
  return emit.op('BitwiseAnd', y, emit.number(31, 'int32'))
}

/** Whole quotients and remainders, 0 where the divisor is 0, of which TensorFlow makes an error. */
function divided(emit: Emitter, { inputs: [x, y], dtype }: LoweredNode<unknown>, name: 'FloorDiv' | 'FloorMod'): Raw {
  if (dtype === 'uint32') {
    const quotient = dividedBy(emit, unsignedToInt64(emit, x!), unsignedToInt64(emit, y!), name)
    return emit.cast(quotient, 'int32')
  }
  // The least int32 over −1 traps: an int64 holds the quotient.
  return emit.cast(dividedBy(emit, emit.cast(x!, 'int64'), emit.cast(y!, 'int64'), name), 'int32')
}

function dividedBy(emit: Emitter, x: Raw, y: Raw, name: 'FloorDiv' | 'FloorMod'): Raw {
  const zero = emit.number(0, 'int64')
  const isZero = emit.op('Equal', y, zero)
  const result = emit.op(name, x, emit.select(isZero, emit.number(1, 'int64'), y))
  return emit.select(isZero, zero, result)
}

/** The remainder of a division towards zero, moved to the side of the divisor. */
function floatRemainder(emit: Emitter, { inputs: [x, y] }: LoweredNode<unknown>): Raw {
  const zero = emit.number(0, x!.dtype)
  const rest = emit.op('Mod', x!, y!)
  const differ = emit.op('NotEqual', emit.op('Less', rest, zero), emit.op('Less', y!, zero))
  const moves = emit.op('LogicalAnd', emit.op('NotEqual', rest, zero), differ)
  return emit.select(moves, emit.op('AddV2', rest, y!), rest)
}
