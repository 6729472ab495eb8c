import type { DType, GraphNode, Region, Shape, StridedView, ValueId } from '@voltaic/core/graph'
import { placeExpression } from '../../wgsl/indexing.ts'
import type { BufferId, KernelOperand } from '../kernel.ts'
import type { Lowering } from '../lowering.ts'
import { lowerElementwise } from '../region/elementwise.ts'

/** A region that reads a node's output index by index, and may be computed where that is. */
export interface Epilogue {
  readonly region: Region
  /** Whether others want the output too. */
  readonly keepsValue: boolean
}

/** A node about to become kernels: its operands as views of buffers. */
export class NodeContext {
  readonly lowering: Lowering
  readonly name: string
  readonly outputs: readonly ValueId[]
  readonly inputs: readonly Input[]
  readonly epilogue: Epilogue | undefined
  #tookEpilogue = false

  constructor(
    lowering: Lowering,
    { op, inputs, outputs }: GraphNode,
    { views, epilogue }: { readonly views: readonly StridedView[]; readonly epilogue: Epilogue | undefined },
  ) {
    this.lowering = lowering
    this.epilogue = epilogue
    this.name = op.name
    this.outputs = outputs
    this.inputs = inputs.map((value, i) => new Input(lowering, value, views[i]!))
  }

  /** Whether the epilogue is part of the node's kernels. */
  get tookEpilogue(): boolean {
    return this.#tookEpilogue
  }

  /** Says that the epilogue is part of the node's kernels. */
  takeEpilogue(): void {
    this.#tookEpilogue = true
  }

  /** Shape of an output. */
  shape(output = 0): Shape {
    return this.lowering.shape(this.outputs[output]!)
  }

  /** For the printed plan: the op and the shapes it works on. */
  label(): string {
    const shapes = this.inputs.map(({ shape }) => `[${shape.join(', ')}]`)
    return `${this.name} ${shapes.join(' ')}`
  }

  /**
   * Has `emit` fill a buffer in which every number of an output can be stored apart, and packs it where the output's own is
   * another.
   */
  fill(output: number, emit: (target: BufferId) => void): void {
    const value = this.outputs[output]!
    const target = this.lowering.target(value)
    emit(target)
    this.pack(target, output)
  }

  /** Copies a buffer that `lowering.target` gave for an output to the output's own. */
  pack(target: BufferId, output: number): void {
    const packing = this.lowering.packing(target, this.outputs[output]!)
    if (packing !== undefined) lowerElementwise(this.lowering, packing, { inPlace: false })
  }

  /** The operand by which a kernel writes an output. */
  write(output = 0): KernelOperand {
    return this.lowering.write(this.outputs[output]!)
  }
}

/** An operand of a node. */
export class Input {
  readonly value: ValueId
  readonly dtype: DType
  readonly shape: Shape
  readonly view: StridedView
  readonly #lowering: Lowering

  constructor(lowering: Lowering, value: ValueId, view: StridedView) {
    this.#lowering = lowering
    this.value = value
    this.view = view
    this.shape = view.shape
    this.dtype = lowering.spec(value).dtype
  }

  /** The operand by which a kernel reads it. */
  get operand(): KernelOperand {
    return this.#lowering.read(this.value)
  }

  /** Where the element at these coordinates, expressions of u32, lies in the buffer. */
  at(coordinates: readonly string[]): string {
    return placeExpression(
      this.view,
      coordinates.map((c) => (/^\w+$/.test(c) ? c : `(${c})`)),
    )
  }
}
