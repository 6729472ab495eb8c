import type { Graph, PrimitiveNode } from '@voltaic/core/graph'
import { type Expression, type FunctionBuilder, i32, i32x4, type Variable, v128 } from '../../wasm/assembler/index.ts'
import type { KernelCall, WasmKernel } from '../kernel.ts'
import { addressOf } from '../region/loop-nest.ts'

type I32 = Expression<'i32'>
type V128 = Expression<'v128'>

/** From the Skein hash function, which Threefry is derived from. */
const parity = 0x1bd11bda
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const

/** Threefry-2x32 with 20 rounds, four counters at a time. Words: elements, output, two of the key, two of the counter. */
const kernel: WasmKernel = {
  kind: 'wasm',
  key: 'randomBits',
  define: (f, d) => {
    const word = (at: number) => i32.load(d, 4 * at)
    const scalar = (at: number) => f.let(i32.load(word(at)))
    const [size, out] = [f.let(word(0)), f.let(word(1))]
    const [key0, key1, counter0, counter1] = [scalar(2), scalar(3), scalar(4), scalar(5)]
    const third = f.let(i32.xor(i32.xor(key0, key1), parity))
    const keys = [key0, key1, third].map((key) => f.let(i32x4.splat(key)))
    const [x0, x1] = [f.local('v128'), f.local('v128')]
    const fill = (index: I32) => {
      const first = i32.add(counter0, i32.shrU(index, 1))
      const steps = v128.constant(new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer))
      f.set(x0, i32x4.add(i32x4.splat(first), steps))
      f.set(x1, i32x4.splat(counter1))
      threefry(f, keys, x0, x1)
    }
    const whole = f.let(i32.and(size, -8))
    f.loop({ to: whole, step: 8 }, (index) => {
      fill(index)
      const at = f.let(i32.add(out, i32.shl(index, 2)))
      for (const [half, words] of interleaved(x0, x1).entries()) f.store(v128, at, words, 16 * half)
    })
    f.if(i32.ltU(whole, size), () => {
      fill(whole)
      const halves = interleaved(x0, x1)
      for (let word = 0; word < 7; word++) {
        const bits = i32x4.extractLane(halves[word >> 2]!, word & 3)
        const index = i32.add(whole, word)
        f.if(i32.ltU(index, size), () => f.store(i32, i32.add(out, i32.shl(index, 2)), bits))
      }
    })
  },
}

/** The two words of each of four counters, one pair after the other. */
function interleaved(x0: V128, x1: V128): readonly [V128, V128] {
  return [i32x4.shuffle(x0, x1, [0, 4, 1, 5]), i32x4.shuffle(x0, x1, [2, 6, 3, 7])]
}

function threefry(f: FunctionBuilder, keys: readonly V128[], x0: Variable<'v128'>, x1: Variable<'v128'>): void {
  f.set(x0, i32x4.add(x0, keys[0]!))
  f.set(x1, i32x4.add(x1, keys[1]!))
  for (let group = 1; group <= 5; group++) {
    for (const bits of rotations[(group + 1) % 2]!) {
      f.set(x0, i32x4.add(x0, x1))
      f.set(x1, v128.xor(v128.or(i32x4.shl(x1, bits), i32x4.shrU(x1, 32 - bits)), x0))
    }
    f.set(x0, i32x4.add(x0, keys[group % 3]!))
    f.set(x1, i32x4.add(i32x4.add(x1, keys[(group + 1) % 3]!), i32x4.literal(group)))
  }
}

/** The call that draws random bits. */
export function randomBitsCalls(graph: Graph, { inputs, outputs }: PrimitiveNode<'randomBits'>): KernelCall[] {
  const value = outputs[0]!
  const addresses = [value, ...inputs].map((id) => addressOf(id, 'uint32'))
  const words = [graph.values[value]!.size, ...addresses]
  const reads = [...new Set(inputs)]
  return [{ label: 'randomBits', kernel, words, reads, writes: [value], inPlace: [], mayThrow: false }]
}
