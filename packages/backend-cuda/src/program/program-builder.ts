import { sizeOf } from '@voltaic/core/graph'
import type { TfDType } from '../binding/tf-dtype.ts'
import { freshVariableName } from '../device/variables.ts'
import { checkCall } from '../ops/check-call.ts'
import { definitions } from '../ops/definitions.ts'
import type { RawAttributes, RawInput, RawSpec, Shape } from '../ops/op-definition.ts'
import type { Program, Slot, TensorData } from './program.ts'
import { type AttributeNumbers, rawAttributes } from './raw-attributes.ts'
import {
  findResidents,
  type Group,
  schedule,
  slotsMade,
  slotsRead,
  type Unscheduled,
  type UnscheduledOp,
  withFrees,
} from './schedule.ts'

/** A tensor of a program in the making. */
export interface Raw extends RawInput {
  readonly slot: Slot
}

export interface BuildOptions {
  readonly outputs: readonly Raw[]
  /** Inputs whose buffers the run takes over. */
  readonly donated: readonly Slot[]
}

export interface UpdateCall {
  readonly name: string
  readonly attributes: RawAttributes
  /** What the variables are left with. */
  readonly nothing: Raw
}

// What is made of constants is made once, unless holding it costs more memory than making it costs time.
const MAX_FOLDED_SIZE = 65536
// Shapes, axes and bounds.
const MAX_NUMBERS = 4096

/**
 * Makes a program: calls are checked and their results inferred one by one, equal calls are made once, and what depends
 * on constants alone moves to the prologue.
 */
export class ProgramBuilder {
  /** The op of the graph that is being lowered. */
  source = ''
  readonly #attributeNumbers: AttributeNumbers
  readonly #inputCount: number
  readonly #prologue: Unscheduled[] = []
  readonly #groups: Group[] = []
  readonly #release: Unscheduled[] = []
  readonly #epilogue: Unscheduled[] = []
  readonly #constants: Set<Slot> = new Set()
  readonly #known: Map<string, readonly Raw[]> = new Map()
  #slotCount: number

  constructor(attributeNumbers: AttributeNumbers, inputCount: number) {
    this.#attributeNumbers = attributeNumbers
    this.#inputCount = inputCount
    this.#slotCount = inputCount
  }

  /** The handle of input buffer `slot`. */
  input(slot: Slot, spec: RawSpec): Raw {
    return { ...spec, slot }
  }

  /** A tensor of constant data, in the typed array that the addon takes for `dtype`. */
  constant(data: TensorData, dtype: TfDType, shape: Shape): Raw {
    const key = `constant ${dtype} [${shape}] ${data.length <= MAX_NUMBERS ? bitsOf(data) : this.#slotCount}`
    const [known] = this.#remember(key, () => {
      const numbers = dtype === 'int32' && data.length <= MAX_NUMBERS ? { numbers: Array.from(data) } : {}
      const raw: Raw = { dtype, shape, slot: this.#slotCount++, ...numbers }
      this.#constants.add(raw.slot)
      const { source } = this
      // The addon may keep reading the array that it is given.
      this.#prologue.push({ kind: 'host', source, dtype, shape, make: () => data.slice(), output: raw.slot })
      return [raw]
    })
    return known!
  }

  /** A tensor made on the host by each run. */
  host(make: (scalars: DataView) => TensorData, dtype: TfDType, shape: Shape): Raw {
    const raw: Raw = { dtype, shape, slot: this.#slotCount++ }
    this.#groups.push([{ kind: 'host', source: this.source, dtype, shape, make, output: raw.slot }])
    return raw
  }

  /** The one output of a call. Attributes that follow from the inputs may be left out. */
  op(name: string, inputs: readonly Raw[], attributes: RawAttributes = {}): Raw {
    return this.ops(name, inputs, attributes)[0]!
  }

  /**
   * The outputs of a call.
   *
   * @throws AcceleratorError when TensorFlow would not take it
   */
  ops(name: string, inputs: readonly Raw[], attributes: RawAttributes = {}): readonly Raw[] {
    const key = `${name} ${inputs.map(({ slot }) => slot)} ${JSON.stringify(attributes)}`
    return this.#remember(key, () => this.#call(name, inputs, attributes))
  }

  /**
   * The new `values`, which an op of TensorFlow makes in place of the old ones: in variables that borrow them for the time
   * of the call. Values that are shared, TensorFlow copies first.
   *
   * @param operands - the op's inputs behind the variables
   */
  update({ name, attributes, nothing }: UpdateCall, values: readonly Raw[], operands: readonly Raw[]): readonly Raw[] {
    const variables = values.map((value) => this.#variable(value))
    const assign = (variable: Raw, value: Raw) => this.#step('AssignVariableOp', [variable, value])
    const reads = variables.map((variable) => this.#step('ReadVariableOp', [variable], { dtype: nothing.dtype }))
    this.#groups.push([
      ...variables.map((variable, i) => assign(variable, values[i]!)),
      this.#step(name, [...variables, ...operands], attributes),
      ...reads,
    ])
    this.#release.push(...variables.map((variable) => assign(variable, nothing)))
    return reads.map(({ outputs, specs }) => ({ ...specs[0]!, slot: outputs[0]! }))
  }

  /** The program whose results are `outputs`; calls that nothing depends on are left out. */
  build({ outputs, donated }: BuildOptions): Program {
    const own = this.#ownSlots(outputs)
    const { schedule: scheduled, residents, results } = findResidents(schedule(this.#groups, own), own, donated)
    const { steps, firstUpdate } = scheduled
    const lent = new Set(steps.flatMap(slotsRead))
    for (const { variable } of residents) lent.delete(variable)
    const [release, epilogue] = [this.#release, this.#epilogue].map((ends) =>
      ends.filter((step) => lent.has(slotsRead(step)[0]!)),
    ) as [Unscheduled[], Unscheduled[]]
    const read = new Set([...lent, ...[...release, ...epilogue].flatMap(slotsRead)])
    const { steps: prologue } = schedule(
      this.#prologue.map((step) => [step]),
      [...read],
    )
    const constants = prologue.flatMap(slotsMade).filter((slot) => read.has(slot))
    const inputs = Array.from({ length: this.#inputCount }, (_, slot) => slot)
    return {
      slotCount: this.#slotCount,
      inputCount: this.#inputCount,
      prologue: withFrees(prologue, new Set(constants)),
      constants,
      steps: withFrees(steps, new Set([...constants, ...inputs, ...results])),
      firstUpdate,
      residents,
      release: withFrees(release, new Set(constants)),
      epilogue: withFrees(epilogue, new Set(constants)),
      outputs: results,
    }
  }

  #call(name: string, inputs: readonly Raw[], attributes: RawAttributes): readonly Raw[] {
    const step = this.#step(name, inputs, attributes)
    const size = step.specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    const isConstant = size <= MAX_FOLDED_SIZE && inputs.every(({ slot }) => this.#constants.has(slot))
    if (isConstant) {
      for (const slot of step.outputs) this.#constants.add(slot)
      this.#prologue.push(step)
    } else {
      this.#groups.push([step])
    }
    return step.specs.map((spec, i) => ({ ...spec, slot: step.outputs[i]! }))
  }

  #step(name: string, inputs: readonly Raw[], given: RawAttributes = {}): UnscheduledOp {
    const attributes = { ...impliedAttributes(name, inputs), ...given }
    const specs = checkCall(name, attributes, inputs)
    return {
      kind: 'op',
      source: this.source,
      name,
      attributes: rawAttributes(this.#attributeNumbers, name, attributes),
      inputs: inputs.map(({ slot }) => slot),
      outputs: specs.map(() => this.#slotCount++),
      specs,
    }
  }

  /** A variable for `value` that lives as long as the program. */
  #variable({ dtype, shape }: Raw): Raw {
    const names = { container: '', shared_name: freshVariableName() }
    const make = this.#step('VarHandleOp', [], { ...names, dtype, shape })
    const variable: Raw = { ...make.specs[0]!, slot: make.outputs[0]!, variable: { dtype, shape } }
    this.#constants.add(variable.slot)
    this.#prologue.push(make)
    this.#epilogue.push(this.#step('DestroyResourceOp', [variable], { ignore_lookup_error: true }))
    return variable
  }

  /** Gives each result a handle of its own. */
  #ownSlots(outputs: readonly Raw[]): Slot[] {
    const taken = new Set<Slot>()
    return outputs.map((raw) => {
      const isOwn = raw.slot >= this.#inputCount && !this.#constants.has(raw.slot) && !taken.has(raw.slot)
      const slot = isOwn ? raw.slot : this.#copied(raw)
      taken.add(slot)
      return slot
    })
  }

  #copied(raw: Raw): Slot {
    const step = this.#step('Identity', [raw])
    this.#groups.push([step])
    return step.outputs[0]!
  }

  #remember(key: string, make: () => readonly Raw[]): readonly Raw[] {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#known.set(key, made)
    return made
  }
}

/** The bytes of `data`, since numbers do not tell −0 from 0. */
function bitsOf(data: TensorData): string {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()
}

/** Attributes that say no more than the inputs do: their dtypes and how many they are. */
function impliedAttributes(name: string, inputs: readonly Raw[]): RawAttributes {
  const definition = definitions[name]
  if (definition === undefined) return {}
  const implied: Record<string, string | number> = {}
  let next = 0
  for (const argument of definition.inputs) {
    const [count, T] = argument.includes('*') ? (argument.split('*') as [string, string]) : [undefined, argument]
    const length = count === undefined ? 1 : inputs.length - (definition.inputs.length - 1)
    if (count !== undefined) implied[count] = length
    const input = inputs[next]
    if (input !== undefined && Object.hasOwn(definition.attributes, T)) implied[T] ??= input.dtype
    next += length
  }
  return implied
}
