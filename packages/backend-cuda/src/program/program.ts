import type { RawAttribute } from '../binding/binding.ts'
import type { TfDType } from '../binding/tf-dtype.ts'
import type { RawSpec, Shape } from '../ops/op-definition.ts'

/** A place for a handle while a program runs. */
export type Slot = number

/** One call of TensorFlow. */
export interface OpStep {
  readonly kind: 'op'
  /** The op of the graph that it is part of. */
  readonly source: string
  readonly name: string
  readonly attributes: readonly RawAttribute[]
  readonly inputs: readonly Slot[]
  readonly outputs: readonly Slot[]
  /** What the outputs will be; checked when the program runs for the first time. */
  readonly specs: readonly RawSpec[]
  /** Slots that nobody reads after this step: their handles are freed right behind it. */
  readonly frees: readonly Slot[]
}

/** A typed array that the addon takes. */
export type TensorData = Float32Array | Int32Array | Uint8Array

/** A tensor made on the host: from constants when the program is loaded, from runtime scalars when it runs. */
export interface HostStep {
  readonly kind: 'host'
  readonly source: string
  readonly dtype: TfDType
  readonly shape: Shape
  readonly make: (scalars: DataView) => TensorData
  readonly output: Slot
  readonly frees: readonly Slot[]
}

export type Step = OpStep | HostStep

/** An input that comes as a variable, is updated in place, and leaves as a result. */
export interface Resident {
  /** Its number among the inputs. */
  readonly input: Slot
  /** Where the variable's handle lies; one of the program's outputs. */
  readonly variable: Slot
  /** Whether steps before the updates read it as a tensor too, in slot `input`. */
  readonly isRead: boolean
}

/** What a graph becomes: constants that are made once, and calls in an order in which they can run. */
export interface Program {
  readonly slotCount: number
  /** Slots `0 … inputCount − 1` hold the handles of the run's input buffers. */
  readonly inputCount: number
  /** Runs once, when the program is loaded. */
  readonly prologue: readonly Step[]
  /** Slots that the prologue leaves filled, for all runs. */
  readonly constants: readonly Slot[]
  readonly steps: readonly Step[]
  /** What makes variables let go of the tensors that the last run left in them, which are its results. */
  readonly release: readonly Step[]
  /** Runs once, when the program is disposed of; constants are freed behind it. */
  readonly epilogue: readonly Step[]
  /** Of `steps`: where updates in place begin, behind which nothing else comes. */
  readonly firstUpdate: number
  /** Donated inputs that are updated where they lie. */
  readonly residents: readonly Resident[]
  /** Slots of the results; none is an input's, a constant's, or named twice. */
  readonly outputs: readonly Slot[]
}
