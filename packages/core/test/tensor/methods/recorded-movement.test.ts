import { expect, test } from 'vitest'
import { bincount, bucketize, histc, searchsorted } from '../../../src/tensor/bins.ts'
import { broadcastTensors, hstack, meshgrid, stack, vstack, where } from '../../../src/tensor/combine.ts'
import { arange, eye } from '../../../src/tensor/creation.ts'
import { einsum, tensordot } from '../../../src/tensor/einsum.ts'
import type { ValuesAndIndices } from '../../../src/tensor/methods/reductions.ts'
import { oneHot } from '../../../src/tensor/one-hot.ts'
import { linspace, logspace, trilIndices, triuIndices } from '../../../src/tensor/sequences.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import recorded from '../../nn/fixtures/torch-movement.json' with { type: 'json' }
import { expectRecorded } from '../../nn/recorded.ts'

type Run = (...inputs: Tensor[]) => Tensor | readonly Tensor[] | Promise<Tensor | readonly Tensor[]>

const both = ({ values, indices }: ValuesAndIndices) => [values, indices]
const double = { dtype: 'float64' } as const

const runs: Readonly<Record<string, (x: Tensor, y: Tensor, z: Tensor) => ReturnType<Run>>> = {
  'rot90 by -1': (x) => x.rot90(-1),
  'rot90 by 1': (x) => x.rot90(),
  'rot90 by 2': (x) => x.rot90(2),
  'rot90 by 4': (x) => x.rot90(4),
  'rot90 from the last dimension to the first': (x) => x.rot90(1, [2, 0]),
  'roll of the flat tensor': (x) => x.roll(5),
  'roll along dimensions': (x) => x.roll([1, -2, 4], [0, 2, 2]),
  repeat: (x) => x.repeat([2, 1, 3]),
  'tile with fewer counts': (x) => x.tile([2]),
  'tile with more counts': (x) => x.tile([2, 1, 2]),
  repeatInterleave: (x) => x.repeatInterleave(2, 1),
  'repeatInterleave of the flat tensor': (x) => x.repeatInterleave(3),
  movedim: (x) => x.movedim([0, -1], [2, 0]),
  unflatten: (x) => x.unflatten(2, [2, -1]),
  'squeeze and unsqueeze': (x) => x.unsqueeze(1).squeeze(-1),
  expand: (x) => x.expand([2, -1, 3]),
  'fliplr and flipud': (x) => [x.fliplr(), x.flipud()],
  mT: (x) => x.mT,

  'split into sizes': (x) => x.split([1, 3], 1),
  'split into parts of two': (x) => x.split(2),
  chunk: (x) => x.chunk(3, 1),
  'tensorSplit into parts': (x) => x.tensorSplit(3, 1),
  'tensorSplit at indices': (x) => x.tensorSplit([1, 7, -2], 1),
  unbind: (x) => x.unbind(1),
  'at: ranges': (x) => x.at(1, '...', [1, -1], [null, null, 2]),
  'at: a new dimension': (x) => x.at(':', null, 1),
  'at: indices': (x, i) => x.at(':', i),
  'at: neighbouring indices': (x, i, j) => x.at(':', i, j),
  'at: separate indices': (x, i, j) => x.at(i, ':', j),
  'at: indices on both sides of a new dimension': (x, i) => x.at(':', i, null, i),
  diagonal: (x) => x.diagonal(),
  'diagonal below, of other dimensions': (x) => x.diagonal({ offset: -1, dim1: 2, dim2: 0 }),
  'diag of a vector': (x) => x.diag(-1),
  'diag of a matrix': (x) => x.diag(1),
  diagEmbed: (x) => x.diagEmbed(),
  'diagEmbed above, into other dimensions': (x) => x.diagEmbed({ offset: 1, dim1: 0, dim2: 2 }),
  diagflat: (x) => x.diagflat(2),
  triu: (x) => x.triu(1),
  tril: (x) => x.tril(-1),
  trace: (x) => x.trace(),

  'tensordot of two dimensions': (a, b) => tensordot(a, b),
  'tensordot of named dimensions': (a, b) =>
    tensordot(a, b, [
      [2, 0],
      [0, 1],
    ]),
  'tensordot of none': (a, b) => tensordot(a, b, 0),
  kron: (a, b) => a.kron(b),
  'outer, dot and mv': (a, b, m) => [a.outer(b), a.dot(a), m.mv(b)],
  addmm: (x, a, b) => x.addmm(a, b, { beta: 0.5, alpha: 2 }),
  baddbmm: (x, a, b) => x.baddbmm(a, b, { beta: -1 }),

  gather: (x, i) => x.gather(1, i),
  'gather of fewer rows': (x, i) => x.gather(-1, i),
  takeAlongDim: (x, i) => x.takeAlongDim(i, 1),
  'takeAlongDim of the flat tensor': (x, i) => x.takeAlongDim(i),
  take: (x, i) => x.take(i),
  scatter: (x, i, source) => x.scatter(0, i, source),
  'scatter of a number': (x, i) => x.scatter(1, i, 1.5),
  scatterAdd: (x, i, source) => x.scatterAdd(1, i, source),
  indexSelect: (x, i) => x.indexSelect(1, i),
  indexAdd: (x, i, source) => x.indexAdd(1, i, source, { alpha: -2 }),
  indexCopy: (x, i, source) => x.indexCopy(1, i, source),
  indexFill: (x, i) => x.indexFill(0, i, 7),
  maskedFill: (x, mask) => x.maskedFill(mask, -1),
  'maskedFill with a tensor': (x, mask, value) => x.maskedFill(mask, value),
  maskedSelect: (x, mask) => x.maskedSelect(mask),
  nonzero: (x) => x.nonzero(),
  where: (condition, x, y) => where(condition, x, y),

  sort: (x) => both(x.sort()),
  'sort descending along the first dimension': (x) => both(x.sort(0, { descending: true })),
  argsort: (x) => x.argsort(-1, { descending: true }),
  topk: (x) => both(x.topk(2, 1)),
  'topk of the smallest': (x) => both(x.topk(3, -1, { largest: false })),
  kthvalue: (x) => both(x.kthvalue(2)),
  'kthvalue, dimension kept': (x) => both(x.kthvalue(3, 1, { keepDim: true })),
  unique: async (x) => {
    const { values, inverse, counts } = await x.unique()
    return [values, inverse, counts]
  },
  searchsorted: (sorted, x) => searchsorted(sorted, x),
  'searchsorted, right': (sorted, x) => searchsorted(sorted, x, { right: true }),
  'searchsorted in rows': (sorted, x) => searchsorted(sorted, x),
  bucketize: (x, boundaries) => bucketize(x, boundaries, { right: true }),
  bincount: (x) => bincount(x, 6),
  'bincount with weights': (x, weights) => bincount(x, 3, { weights }),
  histc: (x) => histc(x.detach(), { bins: 5, min: -0.5, max: 1 }),
  'histc over the range of the data': (x) => histc(x.detach(), { bins: 4 }),
  oneHot: (x) => oneHot(x, 4),

  stack: (x, y) => stack([x, y], -1),
  hstack: (x, y) => hstack([x, y]),
  'hstack of vectors': (x, y) => hstack([x, y]),
  vstack: (x, y) => vstack([x, y]),
  'meshgrid ij': (x, y, z) => meshgrid([x, y, z]),
  'meshgrid xy': (x, y, z) => meshgrid([x, y, z], { indexing: 'xy' }),
  broadcastTensors: (x, y) => broadcastTensors([x, y]),

  arange: () => arange(1, 2.5, 0.3, double),
  'arange downwards': () => arange(5, -5, -3),
  linspace: () => linspace(-2, 3, 7, double),
  'linspace of one': () => linspace(2, 3, 1, double),
  logspace: () => logspace(-1, 2, 5, { base: 2, ...double }),
  eye: () => eye(2, 3, double),
  trilIndices: () => trilIndices(3, 4, { offset: -1 }),
  triuIndices: () => triuIndices(3, 3, { offset: 1 }),
}

const [equations, others] = [true, false].map((isEquation) =>
  Object.keys(recorded.cases).filter((name) => name.startsWith('einsum') === isEquation),
) as [string[], string[]]

test('everything that was recorded is replayed', () => {
  expect(Object.keys(runs)).toEqual(expect.arrayContaining(others))
  expect(equations.length).toBeGreaterThan(15)
})

test.each(others)('%s does what PyTorch does', async (name) => {
  await expectRecorded(recorded, name, runs[name] as Run)
})

test.each(equations)('%s does what PyTorch does', async (name) => {
  const [, equation] = name.split(' ')
  await expectRecorded(recorded, name, (...operands) => einsum(equation!, ...operands))
})
