import type { DType } from '@voltaic/core/graph'
import {
  type Expression,
  type FunctionBuilder,
  i32,
  type ValueType,
  type Variable,
  type Operand as WasmOperand,
} from '../../wasm/assembler/index.ts'
import { isHalf, log2Bytes } from '../dtypes.ts'
import type { KernelImports } from '../kernel.ts'
import { computeLanes } from '../lanes/arithmetic.ts'
import type { Lanes } from '../lanes/lanes.ts'
import { isByte, scalarLanes, scalarLiteral } from '../lanes/scalar-lanes.ts'
import { type VectorLanes, vectorLanes } from '../lanes/vector-lanes.ts'
import { type Accumulator, scalarAccumulator, vectorAccumulator } from './accumulator.ts'
import { expanded, type HalfRegisters, halfRegisters, packed } from './half-registers.ts'
import type { OrderedNest } from './region-kernel.ts'

type I32 = Expression<'i32'>
type AnyLanes = typeof scalarLanes | VectorLanes

/** Registers that hold for a whole run of a loop, alone and in all lanes. */
type Known = ReadonlyMap<number, { readonly scalar: Expression; readonly vector: Expression | undefined }>

/** Writes the code of one nest: loops around the program, once for vectors and once for what is left over. */
export class NestWriter {
  readonly #f: FunctionBuilder
  readonly #imports: KernelImports
  readonly #nest: OrderedNest
  readonly #halves: HalfRegisters
  readonly #vectors: VectorLanes
  readonly #sizes: readonly Variable<'i32'>[]
  readonly #pointers: readonly Variable<'i32'>[]
  readonly #strides: readonly (readonly (Variable<'i32'> | undefined)[])[]

  constructor(f: FunctionBuilder, descriptor: I32, imports: KernelImports, nest: OrderedNest) {
    this.#f = f
    this.#imports = imports
    this.#nest = nest
    this.#halves = halfRegisters(nest.program)
    this.#vectors = vectorLanes[nest.lanes]
    let word = 0
    const next = () => f.let(i32.load(descriptor, 4 * word++))
    this.#sizes = nest.sizes.map(next)
    const operands = nest.moves.map((moves) => ({
      pointer: next(),
      strides: moves.map((move) => (move === 'stride' ? next() : undefined)),
    }))
    this.#pointers = operands.map(({ pointer }) => pointer)
    this.#strides = operands.map(({ strides }) => strides)
  }

  write(): void {
    const { sizes, reduced, vector } = this.#nest
    const loops = sizes.map((_, loop) => loop)
    const kept = loops.filter((loop) => !reduced[loop])
    const folded = loops.filter((loop) => reduced[loop])
    const always = this.#hoist(new Map(), loops)
    if (vector === -1) {
      const totals = this.#accumulators(scalarLanes)
      this.#loops(kept, () => this.#folded(scalarLanes, totals, folded, undefined, always))
    } else if (reduced[vector]) {
      this.#loops(kept, () => this.#foldNeighbours(folded, always))
    } else {
      this.#loops(kept.slice(0, -1), () => this.#keepNeighbours(folded, always))
    }
  }

  /** The vector loop is folded: lanes are partial results. */
  #foldNeighbours(folded: readonly number[], always: Known): void {
    const { vector } = this.#nest
    const lanes = Array.from({ length: this.#unroll }, () => this.#accumulators(this.#vectors))
    const alone = this.#accumulators(scalarLanes)
    for (const total of [...lanes.flat(), ...alone]) total.reset()
    this.#loops(folded.slice(0, -1), () => {
      const known = this.#hoist(always, [vector])
      this.#alongVector(
        (at, i) => this.#step(this.#vectors, at, known, lanes[i]!),
        (at) => this.#step(scalarLanes, at, known, alone),
        lanes.length,
      )
    })
    for (const totals of lanes) for (const [i, total] of totals.entries()) total.drainInto(alone[i]!)
    this.#storeFolds(scalarLanes, undefined, alone)
  }

  /** The vector loop is kept: each lane is an element of the result. */
  #keepNeighbours(folded: readonly number[], always: Known): void {
    const known = this.#hoist(always, [this.#nest.vector, ...folded])
    const lanes = this.#accumulators(this.#vectors)
    const alone = this.#accumulators(scalarLanes)
    this.#alongVector(
      (at) => this.#folded(this.#vectors, lanes, folded, at, known),
      (at) => this.#folded(scalarLanes, alone, folded, at, known),
    )
  }

  /** The program folded over `folded`, at one place along the vector loop. */
  #folded(
    lanes: AnyLanes,
    totals: readonly Accumulator[],
    folded: readonly number[],
    at: I32 | undefined,
    known: Known,
  ): void {
    for (const total of totals) total.reset()
    this.#loops(folded, () => this.#step(lanes, at, known, totals))
    this.#storeFolds(lanes, at, totals)
  }

  /** One run of the program: loads, computes, stores, folds. */
  #step(lanes: AnyLanes, at: I32 | undefined, known: Known, totals: readonly Accumulator[]): void {
    const { stores, folds, operands } = this.#nest
    const registers = this.#evaluate(lanes, at, known)
    for (const { operand, register } of stores) {
      const x = registers[register]!
      const { dtype } = operands[operand]!
      const isNumber = isHalf(dtype) && !this.#halves.bits.has(register)
      this.#store(lanes, operand, at, isNumber ? packed(lanes, this.#f, dtype, x) : x)
    }
    for (const [i, { register }] of folds.entries()) totals[i]!.add(registers[register]!)
  }

  #storeFolds(lanes: AnyLanes, at: I32 | undefined, totals: readonly Accumulator[]): void {
    for (const [i, { operand }] of this.#nest.folds.entries()) {
      this.#store(lanes, operand, at, totals[i]!.result())
    }
  }

  #accumulators(lanes: AnyLanes): Accumulator[] {
    return this.#nest.folds.map(({ op, operand }) => {
      const options = { f: this.#f, imports: this.#imports, op, dtype: this.#nest.operands[operand]!.dtype }
      return lanes.count === 1 ? scalarAccumulator(options) : vectorAccumulator(lanes, options)
    })
  }

  /** Loops over `loops`, moving what strides along them. */
  #loops(loops: readonly number[], body: () => void): void {
    const [loop, ...inner] = loops
    if (loop === undefined) return body()
    const f = this.#f
    const size = this.#sizes[loop]!
    const moving = this.#pointers.flatMap((pointer, k) => {
      const stride = this.#strides[k]![loop]
      return stride === undefined ? [] : [{ pointer, stride }]
    })
    f.loop({ to: size }, () => {
      this.#loops(inner, body)
      for (const { pointer, stride } of moving) f.set(pointer, i32.add(pointer, stride))
    })
    for (const { pointer, stride } of moving) f.set(pointer, i32.sub(pointer, i32.mul(stride, size)))
  }

  /**
   * Vectors side by side where lanes are partial results: folding one waits for the result before, folding several need
   * not. Kept lanes do better alone: the processor then has more rows on their way from memory.
   */
  get #unroll(): number {
    const { folds, program } = this.#nest
    return folds.length > 0 && program.length <= 8 ? 4 : 1
  }

  /** Runs along the vector loop: `unroll` vectors at a time, then one, then what is left over. */
  #alongVector(vector: (at: I32, i: number) => void, scalar: (at: I32) => void, unroll = 1): void {
    const f = this.#f
    const size = this.#sizes[this.#nest.vector]!
    const start = f.local('i32')
    const { count } = this.#vectors
    const along = (step: number, body: (at: I32) => void) => {
      const end = f.let(i32.and(size, -step))
      f.loop({ from: start, to: end, step }, body)
      f.set(start, end)
    }
    f.set(start, 0)
    if (unroll > 1) {
      along(count * unroll, (at) => {
        for (let i = 0; i < unroll; i++) vector(f.let(i32.add(at, count * i)), i)
      })
    }
    along(count, (at) => vector(at, 0))
    along(1, scalar)
  }

  /** Computes now what does not change along `loops`. */
  #hoist(known: Known, loops: readonly number[]): Known {
    const { program, operandOf, moves } = this.#nest
    const fixed = new Set<number>()
    for (const [register, instruction] of program.entries()) {
      const operand = operandOf.get(register)
      const isFixed =
        operand === undefined
          ? !('args' in instruction) || instruction.args.every((arg) => fixed.has(arg))
          : loops.every((loop) => moves[operand]![loop] === 'still')
      if (isFixed) fixed.add(register)
    }
    const scalars = this.#evaluate(scalarLanes, undefined, known, fixed)
    const hoisted = new Map(known)
    for (const register of fixed) {
      if (known.has(register)) continue
      const scalar = scalars[register]!
      const isSplat = this.#nest.vector >= 0
      const vector = isSplat
        ? this.#f.let(this.#vectors.splat(this.#halves.bits.has(register) ? 'int32' : program[register]!.dtype, scalar))
        : undefined
      hoisted.set(register, { scalar, vector })
    }
    return hoisted
  }

  /** The program's registers at the current index, as locals; `only` leaves out the others. */
  #evaluate(
    lanes: AnyLanes,
    at: I32 | undefined,
    known: Known,
    only?: ReadonlySet<number>,
  ): (Expression | undefined)[] {
    const registers: (Expression | undefined)[] = []
    for (const [register, instruction] of this.#nest.program.entries()) {
      const there = known.get(register)
      if (there !== undefined) registers.push(lanes.count === 1 ? there.scalar : there.vector)
      else if (only !== undefined && !only.has(register)) registers.push(undefined)
      else registers.push(this.#f.let(this.#compute(lanes, at, register, instruction, registers)))
    }
    return registers
  }

  #compute(
    lanes: AnyLanes,
    at: I32 | undefined,
    register: number,
    instruction: OrderedNest['program'][number],
    registers: readonly (Expression | undefined)[],
  ): Expression {
    const dtype = instruction.dtype
    if (instruction.op === 'literal') return lanes.splat(dtype, scalarLiteral(dtype, instruction.value))
    const operand = this.#nest.operandOf.get(register)
    if (operand !== undefined) {
      if (instruction.op === 'index') return this.#index(lanes, dtype, operand, at)
      const loaded = this.#load(lanes, dtype, operand, at)
      return isHalf(dtype) && !this.#halves.bits.has(register) ? expanded(lanes, this.#f, dtype, loaded) : loaded
    }
    if (!('args' in instruction)) throw new TypeError(`cpu: no operand for ${instruction.op}`)
    const args = instruction.args.map((arg) => {
      return { dtype: this.#nest.program[arg]!.dtype, register: registers[arg]! }
    })
    if (this.#halves.unchanged.has(register)) return args[0]!.register
    const { op } = instruction
    const code = { f: this.#f, imports: this.#imports }
    return lanes.count === 1
      ? computeLanes(scalarLanes, code, { op, dtype, args })
      : computeLanes(lanes, code, { op, dtype, args })
  }

  #load(lanes: AnyLanes, dtype: DType, operand: number, at: I32 | undefined): Expression {
    const { address, stride } = this.#address(dtype, operand, at)
    if (at === undefined || stride === 'still') return lanes.memory.loadSplat(dtype, address)
    return stride === 'next' ? lanes.memory.load(dtype, address) : lanes.memory.gather(dtype, address, stride)
  }

  #index(lanes: AnyLanes, dtype: DType, operand: number, at: I32 | undefined): Expression {
    const start = this.#pointers[operand]!
    const stride = at === undefined ? undefined : this.#strides[operand]![this.#nest.vector]
    const first = at === undefined || stride === undefined ? start : i32.add(start, i32.mul(at, stride))
    const step = stride ?? i32.literal(0)
    return lanes.count === 1 ? countLanes(lanes, dtype, first, step) : countLanes(lanes, dtype, first, step)
  }

  #store(lanes: AnyLanes, operand: number, at: I32 | undefined, x: Expression): void {
    const { dtype } = this.#nest.operands[operand]!
    const { address, stride } = this.#address(dtype, operand, at)
    if (stride === 'next' || at === undefined || lanes.count === 1) lanes.memory.store(this.#f, dtype, address, x)
    else if (stride !== 'still') lanes.memory.scatter(this.#f, dtype, address, stride, x)
    else throw new TypeError('cpu: several elements for one place')
  }

  /** Where an operand is, `at` steps along the vector loop. */
  #address(dtype: DType, operand: number, at: I32 | undefined): { address: I32; stride: 'still' | 'next' | I32 } {
    const { vector, moves } = this.#nest
    const pointer = this.#pointers[operand]!
    const move = at === undefined ? 'still' : moves[operand]![vector]!
    if (at === undefined || move === 'still') return { address: pointer, stride: 'still' }
    if (move === 'next') return { address: i32.add(pointer, scaled(at, dtype)), stride: 'next' }
    const stride = this.#strides[operand]![vector]!
    return { address: i32.add(pointer, i32.mul(at, stride)), stride }
  }
}

function scaled(at: I32, dtype: DType): WasmOperand<'i32'> {
  return isByte(dtype) ? at : i32.shl(at, log2Bytes(dtype))
}

/** `first`, `first + step`, … as numbers of a dtype. */
function countLanes<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  dtype: DType,
  first: I32,
  step: I32,
): Expression {
  const numbers = lanes.ramp(first, step)
  if (dtype === 'float32') return lanes.single.fromSigned(numbers)
  if (dtype === 'float64') return lanes.double.fromSigned(numbers)
  return dtype === 'uint8' ? lanes.int.and(numbers, 0xff) : numbers
}
