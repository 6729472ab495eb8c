import { AcceleratorError } from '@voltaic/core'
import { sameShape } from '@voltaic/core/graph'
import type { RawOutput } from '../binding/binding.ts'
import { tfDTypeNumbers } from '../binding/tf-dtype.ts'
import type { Handles } from '../device/handles.ts'
import { executionError } from './execution-error.ts'
import type { OpStep, Program, Resident, Slot, Step } from './program.ts'

const FREE = -1
const noScalars = new DataView(new ArrayBuffer(0))

/** What a run is given. */
export interface ProgramRun {
  /** The handle of each input as a tensor, where it is read as one. */
  readonly inputs: readonly number[]
  /** The handles of `residents`. */
  readonly variables: readonly number[]
  readonly scalars: ArrayBuffer
  /** Called when all that remains is updates in place. */
  readonly beforeUpdates: () => void
}

/** A program whose constants are made, ready to run. */
export class LoadedProgram {
  readonly #handles: Handles
  readonly #program: Program
  /** The handle in each slot; `FREE` where there is none. */
  readonly #slots: Int32Array
  /** Arrays of input handles, one a step, filled anew by each run. */
  readonly #inputs: readonly number[][]
  #isVerified = false
  /** Steps of the last run behind the first update. */
  #updates = 0

  /** Makes the constants. @throws AcceleratorError when TensorFlow refuses to */
  constructor(handles: Handles, program: Program) {
    this.#handles = handles
    // What made the constants holds their data on the host.
    this.#program = { ...program, prologue: [] }
    this.#slots = new Int32Array(program.slotCount).fill(FREE)
    this.#inputs = program.steps.map((step) => (step.kind === 'op' ? step.inputs.map(() => FREE) : []))
    this.#guarded(() => this.#executeAll(program.prologue), [])
  }

  /** Inputs that come as variables. */
  get residents(): readonly Resident[] {
    return this.#program.residents
  }

  /**
   * Runs once, and gives the handles of the results, which are the caller's. Those of `inputs` stay the caller's.
   *
   * @throws AcceleratorError or OutOfRangeError; then nothing that the run made is left
   */
  run({ inputs, variables, scalars, beforeUpdates }: ProgramRun): number[] {
    const { steps, firstUpdate, residents, outputs, constants } = this.#program
    const block = new DataView(scalars)
    const slots = this.#slots
    for (let i = 0; i < inputs.length; i++) slots[i] = inputs[i]!
    for (let i = 0; i < residents.length; i++) slots[residents[i]!.variable] = variables[i]!
    this.#updates = 0
    this.#guarded(() => {
      for (let i = 0; i < steps.length; i++) {
        if (i === firstUpdate) beforeUpdates()
        this.#execute(steps[i]!, this.#inputs[i]!, block)
        if (i >= firstUpdate) this.#updates++
      }
    }, constants)
    this.#isVerified = true
    const results = outputs.map((slot) => slots[slot]!)
    for (const slot of outputs) slots[slot] = FREE
    return results
  }

  /** Whether the last run, which failed, had begun to update its inputs. */
  get hasUpdated(): boolean {
    return this.#updates > 0 && this.#program.residents.length > 0
  }

  /** Frees the constants, and what variables there are. */
  dispose(): void {
    this.#executeAll(this.#program.epilogue)
    for (const slot of this.#program.constants) this.#free(slot)
  }

  /** Whether runs leave tensors in variables. */
  get holds(): boolean {
    return this.#program.release.length > 0
  }

  /** Lets go of what the last run left in variables. */
  letGo(): void {
    this.#executeAll(this.#program.release)
  }

  #executeAll(steps: readonly Step[]): void {
    for (const step of steps) this.#execute(step, step.kind === 'op' ? [...step.inputs] : [], noScalars)
  }

  #execute(step: Step, inputs: number[], scalars: DataView): void {
    const slots = this.#slots
    if (step.kind === 'host') {
      slots[step.output] = this.#handles.create(step.make(scalars), step.dtype, step.shape)
    } else {
      for (let i = 0; i < inputs.length; i++) inputs[i] = slots[step.inputs[i]!]!
      const outputs = this.#call(step, inputs)
      for (let i = 0; i < outputs.length; i++) slots[step.outputs[i]!] = outputs[i]!.id
      if (!this.#isVerified) verify(step, outputs)
    }
    for (let i = 0; i < step.frees.length; i++) this.#free(step.frees[i]!)
  }

  #call(step: OpStep, inputs: number[]): readonly RawOutput[] {
    try {
      return this.#handles.execute(step.name, step.attributes, inputs, step.outputs.length)
    } catch (error) {
      throw executionError(step, error as Error)
    }
  }

  /** Runs `task`; when it throws, frees whatever it left in slots, except what lies in `kept` and in those of inputs. */
  #guarded(task: () => void, kept: readonly Slot[]): void {
    try {
      task()
    } catch (error) {
      const stays = new Set(kept)
      for (const { variable } of this.#program.residents) this.#slots[variable] = FREE
      for (let slot = this.#program.inputCount; slot < this.#slots.length; slot++) {
        if (this.#slots[slot] !== FREE && !stays.has(slot)) this.#free(slot)
      }
      throw error
    }
  }

  #free(slot: Slot): void {
    this.#handles.free(this.#slots[slot]!)
    this.#slots[slot] = FREE
  }
}

/** What TensorFlow gave must be what was inferred: all that follows was checked against that. */
function verify({ name, specs }: OpStep, outputs: readonly RawOutput[]): void {
  for (const [i, { dtype, shape }] of specs.entries()) {
    const got = outputs[i]!
    if (got.dtype === tfDTypeNumbers[dtype] && sameShape(got.shape, shape)) continue
    throw new AcceleratorError(
      `cuda: output ${i} of ${name} is ${dtype}[${shape}], got dtype ${got.dtype} and [${got.shape}]; please report it with the versions that voltaic-cuda-doctor prints`,
    )
  }
}
