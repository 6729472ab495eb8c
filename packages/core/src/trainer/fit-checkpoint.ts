import { type Callback, callCallbacks, type TrainerView } from '../callbacks/callback.ts'
import type { Checkpoint } from '../checkpoint/checkpoint-file.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { FitState } from '../loops/fit-state.ts'
import type { LoopContext } from '../loops/loop-context.ts'
import { restoreWeights } from '../loops/restore-module.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { StateDict } from '../nn/state-dict.ts'

/** What a checkpoint of a fit holds. Hooks may add to it. */
export interface FitCheckpoint extends Partial<FitState>, Checkpoint {
  /** The epoch with which the fit goes on. */
  readonly epoch: number
  readonly globalStep: number
  readonly stateDict: StateDict
  /** What the module was made with, if it says so. */
  readonly hyperParameters?: Readonly<Record<string, unknown>>
  /** State of the callbacks that have any. */
  readonly callbacks?: Readonly<Record<string, unknown>>
}

/** Who takes part in saving and loading. */
export interface Participants {
  readonly module: TrainingModule
  readonly callbacks: readonly Callback[]
  readonly view: TrainerView
}

/** A checkpoint of a whole fit. */
export type WholeCheckpoint = FitCheckpoint & FitState

/** The state of a fit, its weights and its callbacks; then hooks add to it. */
export async function dumpCheckpoint(
  { progress, saves }: LoopContext,
  { module, callbacks, view, weightsOnly = false }: Participants & { readonly weightsOnly?: boolean },
): Promise<FitCheckpoint> {
  const { epoch, globalStep } = progress
  const { hyperParameters } = module
  const checkpoint = {
    epoch,
    globalStep,
    stateDict: module.stateDict(),
    ...(hyperParameters === null ? {} : { hyperParameters }),
    ...(weightsOnly ? {} : saves.state?.()),
    ...(weightsOnly ? {} : { callbacks: callbackStates(callbacks) }),
  }
  await callCallbacks(callbacks, 'onSaveCheckpoint', view, module, [checkpoint])
  await module.onSaveCheckpoint(checkpoint)
  return checkpoint
}

function callbackStates(callbacks: readonly Callback[]): Readonly<Record<string, unknown>> {
  const states = withKeys(callbacks).map(([key, callback]) => [key, callback.stateDict?.()] as const)
  return Object.fromEntries(states.filter(([, state]) => state !== undefined))
}

/** @throws MisconfigurationError when it is no checkpoint that a fit can go on from */
export function requireFitCheckpoint(checkpoint: Checkpoint): WholeCheckpoint {
  const { stateDict, optimizers, loop } = Object(checkpoint) as Partial<FitCheckpoint>
  if (stateDict instanceof Map && optimizers !== undefined && loop !== undefined) return checkpoint as WholeCheckpoint
  const got = stateDict instanceof Map ? 'weights alone' : `${typeof checkpoint}`
  throw new MisconfigurationError(
    `fit: goes on from a checkpoint of a whole fit, got ${got}; pass what readCheckpoint() gave, or load weights with module.loadStateDict()`,
  )
}

/** Weights and callbacks. @throws MisconfigurationError naming everything that does not fit the module */
export async function restoreModule(
  checkpoint: FitCheckpoint,
  { module, callbacks, view }: Participants,
): Promise<void> {
  await module.onLoadCheckpoint(checkpoint)
  await callCallbacks(callbacks, 'onLoadCheckpoint', view, module, [checkpoint])
  restoreWeights('fit', module, checkpoint.stateDict)
  const states = checkpoint.callbacks ?? {}
  const keyed = withKeys(callbacks)
  for (const [key, callback] of keyed) if (Object.hasOwn(states, key)) callback.loadStateDict?.(states[key])
  const lost = Object.keys(states).filter((key) => !keyed.some(([known]) => known === key))
  if (lost.length > 0)
    console.warn(`fit: the checkpoint has states of callbacks that are not there: ${lost.join(', ')}`)
}

/** Callbacks by the names under which they are saved. */
function withKeys(callbacks: readonly Callback[]): [key: string, callback: Callback][] {
  const counts = new Map<string, number>()
  return callbacks.map((callback) => {
    const name = callback.stateKey ?? callback.constructor.name
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return [count === 1 ? name : `${name}#${count}`, callback]
  })
}
