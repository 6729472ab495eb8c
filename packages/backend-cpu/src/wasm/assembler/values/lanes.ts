import { type Expression, instruction, type Kind, type Operand, resolve, type ValueType } from './expression.ts'
import { v128Kind } from './kinds.ts'

/** Access to single lanes. Lanes are constants, counted from 0, the lowest address. */
export interface LaneAccess<S extends ValueType> {
  readonly extractLane: (x: Expression<'v128'>, lane: number) => Expression<S>
  readonly replaceLane: (x: Expression<'v128'>, lane: number, value: Operand<S>) => Expression<'v128'>
  /** Lanes of `x` (from 0) and of `y` (from the number of lanes on), in the order of `lanes`. */
  readonly shuffle: (x: Expression<'v128'>, y: Expression<'v128'>, lanes: readonly number[]) => Expression<'v128'>
}

/** How many lanes there are, and the opcodes that reach one. */
export interface LaneOpcodes {
  readonly lanes: number
  readonly extract: number
  readonly replace: number
}

/** Lane access for a vector kind with lanes of the given scalar kind. */
export function laneAccess<S extends ValueType>(
  vector: Kind<'v128'>,
  scalar: Kind<S>,
  { lanes, extract, replace }: LaneOpcodes,
): LaneAccess<S> {
  return {
    extractLane: extractLane(vector, scalar.type, lanes, extract),
    replaceLane: (x, lane, value) => {
      const user = `${vector.name}.replaceLane`
      checkLane(lane, lanes, user)
      const operands = [resolve(vector, x, user), resolve(scalar, value, user)]
      return instruction('v128', replace, operands, (code) => code.byte(lane))
    },
    shuffle: (x, y, order) => shuffle(`${vector.name}.shuffle`, lanes, x, y, order),
  }
}

/** The instruction that reads one lane; small integers have one that extends the sign and one that does not. */
export function extractLane<S extends ValueType>(
  vector: Kind<'v128'>,
  scalar: S,
  lanes: number,
  opcode: number,
): (x: Expression<'v128'>, lane: number) => Expression<S> {
  return (x, lane) => {
    const user = `${vector.name}.extractLane`
    checkLane(lane, lanes, user)
    return instruction(scalar, opcode, [resolve(vector, x, user)], (code) => code.byte(lane))
  }
}

// There is one instruction, on bytes: a wider lane is its bytes, in order.
function shuffle(
  user: string,
  lanes: number,
  x: Expression<'v128'>,
  y: Expression<'v128'>,
  order: readonly number[],
): Expression<'v128'> {
  if (order.length !== lanes) {
    throw new RangeError(`wasm: ${user} takes ${lanes} lanes, got ${order.length}; name one for each`)
  }
  for (const lane of order) checkLane(lane, 2 * lanes, user)
  const width = 16 / lanes
  const bytes = order.flatMap((lane) => Array.from({ length: width }, (_, byte) => lane * width + byte))
  const operands = [resolve(v128Kind, x, user), resolve(v128Kind, y, user)]
  return instruction('v128', 0xfd0d, operands, (code) => code.bytes(bytes))
}

function checkLane(lane: number, lanes: number, user: string): void {
  if (Number.isInteger(lane) && lane >= 0 && lane < lanes) return
  throw new RangeError(`wasm: ${user} has lanes 0 to ${lanes - 1}, got ${lane}; use one of them`)
}
