import { describe, expect, test } from 'vitest'
import { buildGraph } from '../../../src/graph/build-graph.ts'
import { capture } from '../../../src/graph/capture.ts'
import type { HostTensor } from '../../../src/graph/host-tensor.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import { broadcastTensors, concat, grad, hstack, meshgrid, stack, vstack, where } from '../../../src/tensor/combine.ts'
import { ones } from '../../../src/tensor/creation.ts'
import { einsum, tensordot } from '../../../src/tensor/einsum.ts'
import { Diagonals } from '../../../src/tensor/methods/diagonals.ts'
import { Indexing } from '../../../src/tensor/methods/indexing.ts'
import { Movement } from '../../../src/tensor/methods/movement.ts'
import { Ordering } from '../../../src/tensor/methods/ordering.ts'
import { Products } from '../../../src/tensor/methods/products.ts'
import { Slicing } from '../../../src/tensor/methods/slicing.ts'
import { Parameter } from '../../../src/tensor/parameter.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { expectGradients } from '../../nn/support.ts'
import { SeededTensors, tensorOf } from '../../support/host-tensors.ts'

const random = new SeededTensors(6)
const of = (...shape: Shape) => random.tensor('float64', shape)
const ints = (numbers: readonly number[], shape?: Shape) => tensorOf(numbers, shape, 'int32')
const bools = (numbers: readonly number[], shape?: Shape) => tensorOf(numbers, shape, 'bool')

/** A use of a method, and its arguments. */
interface Case {
  readonly run: (...inputs: Tensor[]) => Tensor
  readonly inputs: readonly HostTensor[]
}

function use(run: (...inputs: Tensor[]) => Tensor, ...inputs: readonly HostTensor[]): Case {
  return { run, inputs }
}

/** One tensor in which all parts count. */
const all = (parts: readonly Tensor[]) => concat(parts.map((part, i) => part.ravel().mul(i + 1)))

const methods: Readonly<Record<string, readonly Case[] | 'makes no floats' | 'is read'>> = {
  to: [use((x) => x.to('float64').to('float64'), of(2))],
  reshape: [use((x) => x.reshape([3, -1]), of(2, 3))],
  view: [use((x) => x.view([6]), of(2, 3))],
  reshapeAs: [use((x, y) => x.reshapeAs(y), of(2, 3), of(6))],
  viewAs: [use((x, y) => x.viewAs(y), of(), of(1, 1))],
  flatten: [use((x) => x.flatten(1), of(2, 3, 2)), use((x) => x.flatten(), of())],
  ravel: [use((x) => x.ravel(), of(2, 3))],
  unflatten: [use((x) => x.unflatten(0, [2, -1]), of(4, 3))],
  unsqueeze: [use((x) => x.unsqueeze(-1), of(2))],
  squeeze: [use((x) => x.squeeze([0, 2]), of(1, 2, 1)), use((x) => x.squeeze(0), of())],
  permute: [use((x) => x.permute([2, 0, 1]), of(2, 3, 4))],
  transpose: [use((x) => x.transpose(0, -1), of(2, 3, 4))],
  t: [use((x) => x.t(), of(2, 3)), use((x) => x.t(), of(2))],
  T: [use((x) => x.T, of(2, 3))],
  mT: [use((x) => x.mT, of(2, 3, 2))],
  movedim: [use((x) => x.movedim(0, -1), of(2, 3, 4))],
  expand: [use((x) => x.expand([2, -1, 3]), of(2, 1)), use((x) => x.expand([3]), of())],
  expandAs: [use((x, y) => x.expandAs(y), of(1, 2), of(3, 2))],
  broadcastTo: [use((x) => x.broadcastTo([2, 2]), of(2))],
  flip: [use((x) => x.flip([0, -1]), of(2, 3, 2))],
  fliplr: [use((x) => x.fliplr(), of(2, 3))],
  flipud: [use((x) => x.flipud(), of(2, 3))],
  roll: [use((x) => x.roll(2), of(2, 3)), use((x) => x.roll([1, -5], [1, 0]), of(2, 3))],
  rot90: [-1, 0, 1, 2].map((k) => use((x) => x.rot90(k), of(2, 3))),
  repeat: [use((x) => x.repeat([2, 1, 3]), of(2, 2)), use((x) => x.repeat([2]), of())],
  tile: [use((x) => x.tile([2]), of(2, 2))],
  repeatInterleave: [use((x) => x.repeatInterleave(2), of(2, 2)), use((x) => x.repeatInterleave(3, -1), of(2, 2))],

  slice: [use((x) => x.slice(1, 1, -1, 2), of(2, 6)), use((x) => x.slice(0, -1, 0, -2), of(6, 2))],
  narrow: [use((x) => x.narrow(0, -2, 2), of(3, 2))],
  select: [use((x) => x.select(1, -1), of(3, 2))],
  at: [
    use((x) => x.at(0, [1, null], null, [null, null, -2]), of(2, 3, 4)),
    use((x, i) => x.at(i), of(3, 2), ints([0, -1, 0, 1], [2, 2])),
    use((x, i, j) => x.at(i, ':', j), of(3, 2, 2), ints([0, 2, 0]), ints([1])),
  ],
  split: [use((x) => all(x.split(2, 1)), of(2, 5)), use((x) => all(x.split([1, 0, 2])), of(3, 2))],
  chunk: [use((x) => all(x.chunk(2)), of(3, 2))],
  tensorSplit: [use((x) => all(x.tensorSplit([1, 2])), of(3, 2))],
  unbind: [use((x) => all(x.unbind(1)), of(3, 2))],

  triu: [use((x) => x.triu(1), of(2, 3, 3))],
  tril: [use((x) => x.tril(), of(3, 4))],
  diagonal: [use((x) => x.diagonal({ offset: 1, dim1: 2, dim2: 0 }), of(3, 2, 4))],
  diagEmbed: [use((x) => x.diagEmbed({ offset: -1, dim1: 0 }), of(2, 3))],
  diag: [use((x) => x.diag(1), of(3)), use((x) => x.diag(-1), of(3, 3))],
  diagflat: [use((x) => x.diagflat(), of(2, 2))],
  trace: [use((x) => x.trace(), of(3, 2))],

  matmul: [
    use((x, y) => x.matmul(y), of(2, 3), of(3, 2)),
    use((x, y) => x.matmul(y), of(2, 1, 2, 3), of(3, 3, 2)),
    use((x, y) => x.matmul(y), of(3), of(2, 3, 2)),
    use((x, y) => x.matmul(y), of(2, 3), of(3)),
  ],
  mm: [use((x, y) => x.mm(y), of(2, 3), of(3, 2))],
  mv: [use((x, y) => x.mv(y), of(2, 3), of(3))],
  bmm: [use((x, y) => x.bmm(y), of(2, 2, 3), of(2, 3, 1))],
  dot: [use((x, y) => x.dot(y), of(3), of(3)), use((x) => x.dot(x), of(3))],
  outer: [use((x, y) => x.outer(y), of(3), of(2))],
  addmm: [use((x, a, b) => x.addmm(a, b, { beta: 0.5, alpha: -2 }), of(2), of(3, 2), of(2, 2))],
  baddbmm: [use((x, a, b) => x.baddbmm(a, b), of(3, 1), of(2, 3, 2), of(2, 2, 2))],
  kron: [use((x, y) => x.kron(y), of(2, 2), of(3))],

  indexSelect: [use((x, i) => x.indexSelect(1, i), of(2, 3), ints([2, 0, 2]))],
  gather: [use((x, i) => x.gather(0, i), of(3, 2), ints([2, 0, 2], [3, 1]))],
  takeAlongDim: [
    use((x, i) => x.takeAlongDim(i, 1), of(2, 3), ints([2, 2], [1, 2])),
    use((x, i) => x.takeAlongDim(i), of(2, 3), ints([5, 0])),
  ],
  take: [use((x, i) => x.take(i), of(2, 3), ints([5, 0, -1, -1], [2, 2]))],
  scatter: [
    use((x, i, source) => x.scatter(0, i, source), of(3, 2), ints([0, 2, 0, 1], [2, 2]), of(3, 3)),
    use((x, i) => x.scatter(1, i, 2), of(3, 2), ints([0, 1, 1], [3, 1])),
  ],
  scatterAdd: [use((x, i, source) => x.scatterAdd(0, i, source), of(2, 2), ints([0, 1, 0, 1], [2, 2]), of(2, 2))],
  indexAdd: [
    use((x, i, source) => x.indexAdd(1, i, source, { alpha: 3 }), of(2, 3), ints([2, 0, 2, 1]), of(2, 4)),
    use((x, i, source) => x.indexAdd(0, i, source), of(3, 2), ints([1], []), of(1, 2)),
  ],
  indexCopy: [use((x, i, source) => x.indexCopy(0, i, source), of(3, 2), ints([2, 0]), of(2, 2))],
  indexFill: [use((x, i, value) => x.indexFill(1, i, value), of(2, 3), ints([2, 0]), of())],
  maskedFill: [
    use((x, mask) => x.maskedFill(mask, 3), of(2, 3), bools([1, 0, 1])),
    use((x, mask, value) => x.maskedFill(mask, value), of(2, 1), bools([1, 0, 1]), of()),
  ],
  maskedSelect: 'is read',
  nonzero: 'is read',

  sort: [
    use((x) => x.sort(0).values, random.distinct('float64', [4, 2])),
    use((x) => x.sort(-1, { descending: true }).values, of()),
  ],
  argsort: 'makes no floats',
  topk: [use((x) => x.topk(2, 1, { largest: false }).values, random.distinct('float64', [2, 4]))],
  kthvalue: [use((x) => x.kthvalue(2).values, random.distinct('float64', [2, 4]))],
  unique: 'is read',
}

test('every method has a case', () => {
  const families = [Movement, Slicing, Diagonals, Products, Indexing, Ordering]
  const names = families.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
  expect(Object.keys(methods).sort()).toEqual([...new Set(names)].filter((name) => name !== 'constructor').sort())
})

const functions: Readonly<Record<string, readonly Case[]>> = {
  concat: [use((x, y) => concat([x, y, x], 1), of(2, 1), of(2, 2))],
  stack: [use((x, y) => stack([x, y], 1), of(2, 1), of(2, 1))],
  hstack: [use((x, y) => hstack([x, y]), of(), of(2)), use((x, y) => hstack([x, y]), of(2, 1), of(2, 2))],
  vstack: [use((x, y) => vstack([x, y]), of(2), of(2, 2))],
  where: [use((condition, x, y) => where(condition, x, y), bools([1, 0], [2, 1]), of(2), of())],
  broadcastTensors: [use((x, y) => all(broadcastTensors([x, y])), of(2, 1), of(3))],
  meshgrid: [use((x, y) => all(meshgrid([x, y], { indexing: 'xy' })), of(2), of(3))],
  einsum: [
    use((x, y) => einsum('bij,bjk->bik', x, y), of(2, 2, 3), of(2, 3, 1)),
    use((x) => einsum('iij->j', x), of(2, 2, 3)),
    use((x, y) => einsum('...i,i', x, y), of(2, 2), of(2)),
    use((x, y, z) => einsum('i,ij,j', x, y, z), of(2), of(2, 3), of(3)),
    use((x, y) => einsum('ij,jk->ik', x, y), of(2, 1), of(3, 2)),
    use((x) => einsum('ij,ij->i', x, x), of(2, 3)),
  ],
  tensordot: [use((x, y) => tensordot(x, y, [[0], [1]]), of(2, 3), of(3, 2, 2))],
}

test.each([
  ['split', (x: Tensor) => x.split(1)],
  ['chunk', (x: Tensor) => x.chunk(20)],
  ['tensorSplit', (x: Tensor) => x.tensorSplit(20)],
  ['unbind', (x: Tensor) => x.unbind()],
])('the gradient of the parts of %s is one concat, and no sum of padded ones', (_, parts) => {
  const x = new Parameter(ones([20, 2]))
  const [gradient] = grad(
    [
      parts(x)
        .reduce((sum, part) => sum.add(part))
        .sum(),
    ],
    [x],
  )
  const { graph } = buildGraph(capture([gradient!.value]))
  const names = graph.nodes.map(({ op }) => op.name)
  expect(names.filter((name) => name === 'concat')).toHaveLength(1)
  expect(names).not.toContain('pad')
})

// On the reference; central differences in float64.
const differentiable = [...Object.entries(methods), ...Object.entries(functions)].flatMap(([name, uses]) =>
  typeof uses === 'string' ? [] : [{ name, uses }],
)

describe.each(differentiable)('$name', ({ uses }) => {
  test.each(uses)('has the gradient of central differences, twice over: case %#', async ({ run, inputs }) => {
    await expectGradients((...tensors) => run(...tensors), inputs)
    // A product makes the gradient depend on the input, and so has one of its own.
    const squared = (...tensors: Tensor[]) => {
      const result = run(...tensors)
      return result.mul(result)
    }
    await expectGradients(squared, inputs, { twice: true })
  })
})
