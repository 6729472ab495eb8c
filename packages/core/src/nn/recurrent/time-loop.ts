import { concat, literalLike, reshape, where } from '../../graph/build.ts'
import { call, traceSubgraph } from '../../graph/call.ts'
import { split } from '../../graph/composites/split.ts'
import type { Value } from '../../graph/value.ts'
import { type Cell, type CellWeights, project, stepWeights } from './steps.ts'

export interface Sequence {
  /** `[time, batch, input]` */
  readonly x: Value
  /** bool `[time, batch, 1]`, false beyond the end of a sequence; null where all are of one length. */
  readonly isWithin: Value | null
}

export interface Run {
  /** `[time, batch, output]`, zeros beyond the end of a sequence. */
  readonly output: Value
  /** After the last step of each sequence. */
  readonly states: readonly Value[]
}

/**
 * Runs a cell over time, or back. One product projects the inputs of all times; each step is a call of one body.
 *
 * @param initial - the states before the first step
 */
export function runThroughTime(
  cell: Cell,
  { x, isWithin }: Sequence,
  initial: readonly Value[],
  { weights, reverse }: { readonly weights: CellWeights; readonly reverse: boolean },
): Run {
  const [time, batch, width] = x.spec.shape
  const rows = project(cell, reshape(x, [time! * batch!, width!]), weights)
  const projected = perStep(reshape(rows, [time!, batch!, rows.spec.shape[1]!]))
  const within = isWithin === null ? [] : perStep(isWithin)
  const constants = stepWeights(cell, weights)
  const inputsAt = (t: number, states: readonly Value[]) => [
    ...states,
    projected[t]!,
    ...constants,
    ...within.slice(t, t + 1),
  ]
  const specs = inputsAt(0, initial).map(({ spec }) => spec)
  const body = traceSubgraph(specs, (inputs) => {
    const states = inputs.slice(0, cell.states)
    const [step, ...rest] = inputs.slice(cell.states)
    const next = cell.step(withoutTime(step!), states, rest.slice(0, constants.length))
    const isWithin = rest[constants.length]
    // Beyond its end a sequence keeps its states.
    return isWithin === undefined ? next : next.map((state, i) => where(withoutTime(isWithin), state, states[i]!))
  })

  const outputs = new Array<Value>(time!)
  let states = initial
  for (let i = 0; i < time!; i++) {
    const t = reverse ? time! - 1 - i : i
    states = call(body, inputsAt(t, states))
    outputs[t] = states[0]!
  }
  const joined = concat(outputs, 0)
  const output = reshape(joined, [time!, batch!, joined.spec.shape[1]!])
  return { output: isWithin === null ? output : where(isWithin, output, literalLike(output, 0)), states }
}

/** `[1, …]` of each time. */
function perStep(x: Value): readonly Value[] {
  return split(x, 0, new Array<number>(x.spec.shape[0]!).fill(1))
}

function withoutTime(x: Value): Value {
  return reshape(x, x.spec.shape.slice(1))
}
