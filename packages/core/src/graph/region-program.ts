import type { DType } from './dtype.ts'
import { type Graph, isPrimitive, type ValueId } from './graph.ts'
import type { ElementwiseName, Instruction, Region, RegionInput, Register } from './region.ts'
import { broadcastView, type StridedView } from './strided-view.ts'

/** A view of a value that is there, of the numbers 0, 1, 2, … of an iota, or of one literal. */
export interface Source extends StridedView {
  readonly value: ValueId
}

/** Collects the instructions of one region; what is read twice is loaded once. */
export class RegionProgram {
  readonly #graph: Graph
  readonly #makers: readonly number[]
  readonly #shape: Region['shape']
  readonly #inputs: RegionInput[] = []
  readonly #instructions: Instruction[] = []
  readonly #known: Map<string, Register> = new Map()

  constructor(graph: Graph, makers: readonly number[], shape: Region['shape']) {
    this.#graph = graph
    this.#makers = makers
    this.#shape = shape
  }

  parts(): Pick<Region, 'shape' | 'inputs' | 'program'> {
    return { shape: this.#shape, inputs: this.#inputs, program: this.#instructions }
  }

  compute(op: ElementwiseName, dtype: DType, args: readonly Register[]): Register {
    return this.#instructions.push({ op, dtype, args }) - 1
  }

  /** The element of `source`, broadcast to the index space, at the current index. */
  read(source: Source): Register {
    const { strides, offset } = broadcastView(source, this.#shape)
    const { value } = source
    const node = this.#graph.nodes[this.#makers[value]!]
    const { dtype } = this.#graph.values[value]!
    if (node !== undefined && isPrimitive(node, 'literal')) {
      const literal = node.attributes.value
      return this.#once(`literal ${dtype} ${Object.is(literal, -0) ? '-0' : literal}`, () => ({
        op: 'literal',
        dtype,
        value: literal,
      }))
    }
    if (node !== undefined && isPrimitive(node, 'iota')) {
      return this.#once(`index ${dtype} ${strides} ${offset}`, () => ({ op: 'index', dtype, strides, offset }))
    }
    return this.#once(`load ${value} ${strides} ${offset}`, () => {
      return { op: 'load', dtype, input: this.#inputs.push({ value, strides, offset }) - 1 }
    })
  }

  #once(key: string, make: () => Instruction): Register {
    let register = this.#known.get(key)
    if (register === undefined) {
      register = this.#instructions.push(make()) - 1
      this.#known.set(key, register)
    }
    return register
  }
}
