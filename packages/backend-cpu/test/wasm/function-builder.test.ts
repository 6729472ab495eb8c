import { expect, test, vi } from 'vitest'
import {
  call,
  f32,
  f32x4,
  f64,
  i32,
  i64,
  type Label,
  ModuleBuilder,
  type Variable,
  v128,
} from '../../src/wasm/assembler/index.ts'
import { instantiate } from './execute.ts'

test('a kernel written as vectors and as scalars scales an array of any length', () => {
  const module = new ModuleBuilder()
  module.importMemory('host', 'memory')
  const params = { x: 'i32', count: 'i32', by: 'f32' } as const
  module.function('scale', { params }, (f, { x, count, by }) => {
    const end = f.let(i32.add(x, i32.shl(count, 2)))
    const vectorsEnd = f.let(i32.add(x, i32.shl(i32.and(count, ~3), 2)))
    f.loop({ from: x, to: vectorsEnd, step: 16 }, (at) => {
      f.store(f32x4, at, f32x4.mul(f32x4.load(at), f32x4.splat(by)))
    })
    f.loop({ from: vectorsEnd, to: end, step: 4 }, (at) => f.store(f32, at, f32.mul(f32.load(at), by)))
  })
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { scale } = instantiate(module, { host: { memory } })
  for (const count of [0, 1, 3, 4, 7, 8, 13]) {
    const x = new Float32Array(memory.buffer, 64, 16).fill(1)
    scale?.(64, count, 2.5)
    expect(Array.from(x)).toEqual(Array.from(x, (_, at) => (at < count ? 2.5 : 1)))
  }
})

test('a loop passes over what next skips, and ends where exit leaves', () => {
  const module = new ModuleBuilder()
  module.function('sum', { params: { n: 'i32', stop: 'i32' }, result: 'i32' }, (f, { n, stop }) => {
    const total = f.local('i32')
    f.loop({ from: 1, to: n }, (index, { next, exit }) => {
      f.branch(exit, i32.eq(index, stop))
      f.branch(next, i32.and(index, 1))
      f.set(total, i32.add(total, index))
    })
    return total
  })
  const { sum } = instantiate(module)
  expect(sum?.(10, 100)).toBe(2 + 4 + 6 + 8)
  expect(sum?.(10, 5)).toBe(2 + 4)
  expect(sum?.(1, 100)).toBe(0)
  expect(sum?.(0, 100)).toBe(0)
})

test('a loop computes its end once', () => {
  const module = new ModuleBuilder()
  module.function('rounds', { params: { n: 'i32' }, result: 'i32' }, (f, { n }) => {
    const rounds = f.local('i32')
    f.loop({ to: n }, () => {
      f.set(n, 0)
      f.set(rounds, i32.add(rounds, 1))
    })
    return rounds
  })
  expect(instantiate(module).rounds?.(5)).toBe(5)
})

test('while, if, else and blocks nest', () => {
  const module = new ModuleBuilder()
  module.function('collatz', { params: { n: 'i32' }, result: 'i32' }, (f, { n }) => {
    const steps = f.local('i32', 0)
    f.block((giveUp) => {
      f.while(i32.ne(n, 1), () => {
        f.branch(giveUp, i32.gtU(steps, 1000))
        f.if(
          i32.and(n, 1),
          () => f.set(n, i32.add(i32.mul(n, 3), 1)),
          () => f.set(n, i32.shrU(n, 1)),
        )
        f.set(steps, i32.add(steps, 1))
      })
    })
    return steps
  })
  const { collatz } = instantiate(module)
  expect([1, 6, 27, 0].map((n) => collatz?.(n))).toEqual([0, 8, 111, 1001])
})

test('let computes a value once, before what follows changes its source', () => {
  const module = new ModuleBuilder()
  module.function('both', { params: { x: 'i32' }, result: 'i32' }, (f, { x }) => {
    const recipe = i32.mul(x, 10)
    const value = f.let(recipe)
    f.set(x, 7)
    return i32.add(i32.mul(value, 1000), recipe)
  })
  expect(instantiate(module).both?.(2)).toBe(20070)
})

test('functions call each other and the host', () => {
  const module = new ModuleBuilder()
  const seen = vi.fn()
  const square = module.function('square', { params: { x: 'f32' }, result: 'f32' }, (_f, { x }) => f32.mul(x, x))
  // Imported after a definition: indices are given at the end.
  const exp = module.importFunction('math', 'exp', { params: ['f64'], result: 'f64' })
  const log = module.importFunction('host', 'seen', { params: ['f32', 'i32'] })
  module.function('run', { params: { x: 'f32' }, result: 'f64' }, (f, { x }) => {
    f.call(log, call(square, x), 3)
    f.call(exp, 1)
    return call(exp, f64.promote(x))
  })
  const { run } = instantiate(module, { math: { exp: Math.exp }, host: { seen } })
  expect(run?.(1.5)).toBe(Math.exp(1.5))
  expect(seen.mock.calls).toEqual([[2.25, 3]])
})

test('globals keep their value between calls, of every scalar type', () => {
  const module = new ModuleBuilder()
  const counter = module.global('i64', -3n)
  const scale = module.global('f32', 0.1)
  module.function('count', { params: {}, result: 'i64' }, (f) => {
    f.set(counter, i64.add(counter, 1))
    f.set(scale, f32.mul(scale, 2))
    return counter
  })
  module.function('scale', { params: {}, result: 'f32' }, () => scale)
  const { count, scale: read } = instantiate(module)
  expect([count?.(), count?.()]).toEqual([-2n, -1n])
  expect(read?.()).toBe(Math.fround(0.1) * 4)
})

test('data is in memory when the module starts', () => {
  const module = new ModuleBuilder()
  module.importMemory('host', 'memory', 1)
  module.data(1000, Uint8Array.of(1, 2, 3))
  module.data(70, Uint8Array.of(9))
  const memory = new WebAssembly.Memory({ initial: 1 })
  instantiate(module, { host: { memory } })
  expect(Array.from(new Uint8Array(memory.buffer, 999, 5))).toEqual([0, 1, 2, 3, 0])
  expect(new Uint8Array(memory.buffer)[70]).toBe(9)
})

test('return leaves early, unreachable traps', () => {
  const module = new ModuleBuilder()
  module.function('sign', { params: { x: 'f64' }, result: 'i32' }, (f, { x }) => {
    f.if(f64.gt(x, 0), () => f.return(1))
    f.if(f64.ne(x, x), () => f.unreachable())
    return -1
  })
  const { sign } = instantiate(module)
  expect([sign?.(3), sign?.(-3)]).toEqual([1, -1])
  expect(() => sign?.(Number.NaN)).toThrow(WebAssembly.RuntimeError)
})

test('an empty module and an empty function are valid', () => {
  const module = new ModuleBuilder()
  instantiate(module)
  module.function('nothing', { params: { unused: 'v128' } }, () => {})
  instantiate(module)
})

function assembled(define: (module: ModuleBuilder) => void): () => Uint8Array {
  return () => {
    const module = new ModuleBuilder()
    define(module)
    return module.assemble()
  }
}

test('a local of another function is refused', () => {
  const define = (module: ModuleBuilder) => {
    let stray: Variable<'i32'> | undefined
    module.function('a', { params: {} }, (f) => {
      stray = f.local('i32')
    })
    module.function('b', { params: {}, result: 'i32' }, () => stray!)
  }
  expect(assembled(define)).toThrow('wasm: a local of another function is used')
})

test('a branch out of a block that is closed is refused', () => {
  const define = (module: ModuleBuilder) => {
    module.function('a', { params: {} }, (f) => {
      let closed: Label | undefined
      f.block((exit) => {
        closed = exit
      })
      f.branch(closed!)
    })
  }
  expect(assembled(define)).toThrow('wasm: a branch to a label outside of its block')
})

test('a function or global of another module is refused', () => {
  const other = new ModuleBuilder()
  const callee = other.function('callee', { params: {} }, () => {})
  const global = other.global('i32', 1)
  expect(assembled((module) => module.function('a', { params: {} }, (f) => f.call(callee)))).toThrow(
    'wasm: a function of another module is used',
  )
  expect(assembled((module) => module.function('a', { params: {}, result: 'i32' }, () => global))).toThrow(
    'wasm: a global of another module is used',
  )
})

test('types that do not fit are refused where they are written', () => {
  const number = f32.literal(1) as unknown as Variable<'i32'>
  expect(() => i32.add(number, 1)).toThrow('wasm: i32.add takes i32, got f32; convert it first')
  expect(() => i32.load(number)).toThrow('wasm: i32.load takes i32, got f32')
  expect(() => f32x4.add(number as never, 1)).toThrow('wasm: f32x4.add takes v128, got f32')
  expect(() => v128.and(1, 2)).toThrow('wasm: v128 takes an expression, got 1')
  expect(() => f32.literal(1n)).toThrow('wasm: a float takes a number, got the bigint 1')
  const statement = (write: (module: ModuleBuilder) => void) => expect(assembled(write))
  statement((m) => m.function('a', { params: {} }, (f) => f.set(f.local('i32'), number))).toThrow('set takes i32')
  statement((m) => m.function('a', { params: {} }, (f) => f.store(i32, 0, number))).toThrow('i32.store takes i32')
  statement((m) => m.function('a', { params: {} }, (f) => f.if(number, () => {}))).toThrow('if takes i32')
})

test('a missing, superfluous or wrong result is refused', () => {
  const noResult = (module: ModuleBuilder) => module.function('a', { params: {}, result: 'i32' }, (() => {}) as never)
  expect(assembled(noResult)).toThrow('the end of the function takes i32, got none')
  const superfluous = (module: ModuleBuilder) => module.function('a', { params: {} }, (f) => f.return(1))
  expect(assembled(superfluous)).toThrow('return takes no result, got one')
  const wrong = (module: ModuleBuilder) =>
    module.function('a', { params: {}, result: 'i32' }, () => f32.literal(1) as never)
  expect(assembled(wrong)).toThrow('the end of the function takes i32, got f32')
})

test('wrong arguments, lanes, offsets and steps are refused', () => {
  const module = new ModuleBuilder()
  const callee = module.function('callee', { params: { x: 'i32' } }, () => {})
  expect(() => call(callee as never)).toThrow('wasm: callee takes 1 arguments, got 0')
  expect(() => f32x4.extractLane(f32x4.literal(0), 4)).toThrow('f32x4.extractLane has lanes 0 to 3, got 4')
  expect(() => f32x4.shuffle(f32x4.literal(0), f32x4.literal(1), [0])).toThrow('f32x4.shuffle takes 4 lanes, got 1')
  expect(() => f32x4.load(0, -4)).toThrow('v128.load takes an offset of 0 to 2^32 - 1, got -4')
  expect(() => module.function('callee', { params: {} }, () => {})).toThrow('got callee twice')
  expect(() => module.function('loop', { params: {} }, (f) => f.loop({ to: 9, step: 0 }, () => {}))).toThrow(
    'a loop takes a positive constant step, got 0',
  )
})

test('a builder kept beyond its function is refused', () => {
  const module = new ModuleBuilder()
  let kept: { unreachable(): void } | undefined
  module.function('a', { params: {} }, (f) => {
    kept = f
  })
  expect(() => kept?.unreachable()).toThrow('wasm: the function is already written')
})
