import * as g from '@voltaic/core/graph'
import { type DType, hostTensor, type Value } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elementwise } from '../../../core/test/support/elementwise.ts'
import { leafOf, SeededTensors } from '../../../core/test/support/host-tensors.ts'
import { runValues } from '../../../core/test/support/run-values.ts'
import { device } from '../support/against-reference.ts'

beforeAll(() => device.setup())
afterAll(() => device.teardown())

/** Every `step`-th pattern. */
function patterns(step: number): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: Math.floor(0x10000 / step) }, (_, i) => i * step)
}

const random = new SeededTensors(17)

// biome-ignore format: a table
const unary = [
  'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tan',
  'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf', 'sigmoid',
] as const
const binary = ['add', 'sub', 'mul', 'div', 'remainder', 'pow', 'minimum', 'maximum', 'atan2'] as const

/** How many patterns lie between two numbers of a half type; 0 between two NaN, and between two numbers below `least`. */
function steps(x: number, y: number, { infinity, least }: { infinity: number; least: number }): number {
  const isNan = (bits: number) => (bits & 0x7fff) > infinity
  if (isNan(x) || isNan(y)) return isNan(x) && isNan(y) ? 0 : Number.POSITIVE_INFINITY
  const size = (bits: number) => ((bits & 0x7fff) < least ? 0 : bits & 0x7fff)
  const place = (bits: number) => ((bits & 0x8000) === 0 ? size(bits) : -size(bits))
  return Math.abs(place(x) - place(y))
}

/** The most by which results differ from the reference's, in units in the last place. */
async function largestError(output: Value, least = 0): Promise<number> {
  const [[expected], [actual]] = [await runValues([output]), await runValues([output], device)]
  const range = { infinity: output.spec.dtype === 'float16' ? 0x7c00 : 0x7f80, least }
  return Array.from(actual!.data).reduce((most, x, i) => Math.max(most, steps(x, expected!.data[i]!, range)), 0)
}

/** Where a node is run: alone in WebAssembly, between two products with 1 in a session, which takes longer to make. */
const places = {
  'in WebAssembly': { enter: (x: Value) => x, step: 1 },
  'in a session': { enter: (x: Value) => g.matmul(x, g.broadcastTo(g.literalLike(x, 1), [1, 1])), step: 7 },
} as const

describe.each(Object.entries(places))('%s', (_place, { enter, step }) => {
  describe.each(['float16', 'bfloat16'] as const)('on %s', (dtype: DType) => {
    test.each(unary)('%s is within one unit in the last place', async (name) => {
      const bits = patterns(step)
      const x = leafOf(hostTensor(bits, [bits.length, 1], dtype))
      // Of results that no normal float32 holds, ONNX Runtime's sigmoid makes 0.
      const least = name === 'sigmoid' && dtype === 'bfloat16' ? 0x0080 : 0
      expect(await largestError(enter(elementwise(name, enter(x))), least)).toBeLessThanOrEqual(1)
    })

    test.each(binary)('%s of two numbers is within one unit in the last place', async (name) => {
      const [x, y] = [0, 0].map(() => {
        const bits = Uint16Array.from(
          random.tensor('uint32', [Math.floor(50_000 / step)], { min: 0, max: 0x10000 }).data,
        )
        return enter(leafOf(hostTensor(bits, [bits.length, 1], dtype)))
      })
      expect(await largestError(enter(elementwise(name, x!, y!)))).toBeLessThanOrEqual(1)
    })
  })
})
