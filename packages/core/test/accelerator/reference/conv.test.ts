import { describe, expect, test } from 'vitest'
import { conv, convInputGrad, convWeightGrad } from '../../../src/graph/build.ts'
import type { ConvAttributes } from '../../../src/graph/primitives.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import { leaf, leafOf, SeededTensors } from '../../support/host-tensors.ts'
import { fromFormula, type Index, indicesOf, reader, total } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const plain: ConvAttributes = { stride: [1], padding: [[0, 0]], dilation: [1], groups: 1 }

test('a kernel slides unflipped: cross-correlation', async () => {
  const x = leaf([1, 2, 3, 4], [1, 1, 4])
  const w = leaf([1, 0, -1], [1, 1, 3])
  expect(await numbers(conv(x, w, plain))).toEqual([-2, -2])
  expect(await numbers(conv(x, w, { ...plain, padding: [[1, 0]] }))).toEqual([-2, -2, -2])
  expect(await numbers(conv(x, w, { ...plain, padding: [[0, 2]], stride: [2] }))).toEqual([-2, 3])
})

interface Case {
  readonly name: string
  readonly image: Shape
  readonly kernel: Shape
  readonly attributes: ConvAttributes
}

const cases: Case[] = [
  { name: 'one dimension', image: [2, 3, 7], kernel: [4, 3, 3], attributes: plain },
  { name: '1 × 1', image: [2, 3, 2, 2], kernel: [4, 3, 1, 1], attributes: square({}) },
  { name: 'two dimensions', image: [2, 2, 5, 4], kernel: [3, 2, 3, 2], attributes: square({}) },
  { name: 'stride', image: [1, 2, 6, 7], kernel: [2, 2, 3, 3], attributes: square({ stride: [2, 3] }) },
  {
    name: 'uneven padding',
    image: [1, 1, 4, 4],
    kernel: [2, 1, 3, 3],
    attributes: square({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
  },
  { name: 'dilation', image: [1, 2, 7, 6], kernel: [2, 2, 2, 3], attributes: square({ dilation: [3, 2] }) },
  { name: 'groups', image: [2, 4, 4, 3], kernel: [6, 2, 2, 2], attributes: square({ groups: 2 }) },
  {
    name: 'depthwise',
    image: [2, 3, 4, 4],
    kernel: [3, 1, 3, 3],
    attributes: square({
      groups: 3,
      padding: [
        [1, 1],
        [1, 1],
      ],
    }),
  },
  {
    name: 'all at once',
    image: [2, 4, 9, 8],
    kernel: [4, 2, 3, 2],
    attributes: square({
      stride: [2, 1],
      padding: [
        [1, 2],
        [2, 0],
      ],
      dilation: [2, 3],
      groups: 2,
    }),
  },
  {
    name: 'three dimensions',
    image: [1, 2, 4, 3, 3],
    kernel: [2, 2, 2, 2, 3],
    attributes: {
      stride: [2, 1, 1],
      padding: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      dilation: [1, 1, 1],
      groups: 1,
    },
  },
  { name: 'an empty batch', image: [0, 2, 4, 4], kernel: [3, 2, 3, 3], attributes: square({}) },
  { name: 'no channels', image: [2, 0, 4, 4], kernel: [3, 0, 3, 3], attributes: square({}) },
]

function square(some: Partial<ConvAttributes>): ConvAttributes {
  return {
    stride: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ],
    dilation: [1, 1],
    groups: 1,
    ...some,
  }
}

describe.each(cases)('$name', ({ image, kernel, attributes }) => {
  const random = new SeededTensors(7)
  const x = random.tensor('float32', image)
  const w = random.tensor('float32', kernel)
  const output = conv(leafOf(x), leafOf(w), attributes).spec.shape
  const g = random.tensor('float32', output)

  test('forward', async () => {
    const [readX, readW] = [reader(x), reader(w)]
    const expected = fromFormula(output, (out) => {
      return total(kernel.slice(1), (tap) => readX(imageIndex(out, tap)) * readW([out[1]!, ...tap]))
    })
    const [result] = await runValues([conv(leafOf(x), leafOf(w), attributes)])
    expectClose(result!, expected, 'accumulation')
  })

  test('gradient of the image', async () => {
    const expected = adjoint(image, ([out, tap], add) =>
      add(imageIndex(out, tap), reader(g)(out) * reader(w)([out[1]!, ...tap])),
    )
    const [result] = await runValues([convInputGrad(leafOf(g), leafOf(w), attributes, image)])
    expectClose(result!, expected, 'accumulation')
  })

  test('gradient of the kernel', async () => {
    const expected = adjoint(kernel, ([out, tap], add) =>
      add([out[1]!, ...tap], reader(g)(out) * reader(x)(imageIndex(out, tap))),
    )
    const [result] = await runValues([convWeightGrad(leafOf(x), leafOf(g), attributes, kernel)])
    expectClose(result!, expected, 'accumulation')
  })

  /** Where in the image an output position meets a tap `[channel of the group, …spatial]`. */
  function imageIndex(out: Index, tap: Index): Index {
    const group = Math.floor(out[1]! / (kernel[0]! / attributes.groups))
    const spatial = tap.slice(1).map((t, i) => {
      return out[i + 2]! * attributes.stride[i]! - attributes.padding[i]![0] + t * attributes.dilation[i]!
    })
    return [out[0]!, group * kernel[1]! + tap[0]!, ...spatial]
  }

  /** A tensor of `shape` to which every meeting of output and tap may add. */
  function adjoint(
    shape: Shape,
    visit: (meeting: [Index, Index], add: (index: Index, x: number) => void) => void,
  ): number[] {
    const sums = new Map(indicesOf(shape).map((index) => [index.join(), 0]))
    const add = (index: Index, term: number) => {
      const key = index.join()
      if (sums.has(key)) sums.set(key, sums.get(key)! + term)
    }
    for (const out of indicesOf(output)) for (const tap of indicesOf(kernel.slice(1))) visit([out, tap], add)
    return [...sums.values()]
  }
})

test.each(['float64', 'float16', 'bfloat16'] as const)('%s is rounded once', async (dtype) => {
  const x = new SeededTensors(8).tensor(dtype, [1, 1, 6])
  const ones = leaf([1, 1, 1], [1, 1, 3], dtype)
  const read = reader(x)
  const sums = fromFormula([4], ([i]) => read([0, 0, i!]) + read([0, 0, i! + 1]) + read([0, 0, i! + 2]))
  const [result] = await runValues([conv(leafOf(x), ones, plain)])
  expect(await numbers(leafOf(result!))).toEqual(await numbers(leaf(sums, [4], dtype)))
})
