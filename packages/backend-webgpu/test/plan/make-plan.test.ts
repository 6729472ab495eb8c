import * as g from '@voltaic/core/graph'
import { scalarValue } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { formatPlan } from '../../src/index.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import { graphOf, input } from '../support/graphs.ts'

const limits = { maxBuffers: 9, maxThreads: 256, maxSharedBytes: 16384 }

test('elementwise ops of one shape are one dispatch, broadcasts and views among them', () => {
  const [x, bias] = [input([8, 5]), input([5])]
  const z = g.add(g.permute(input([5, 8]), [1, 0]), g.broadcastTo(bias, [8, 5]))
  expect(formatPlan(graphOf([g.mul(g.tanh(z), x)], [x, bias]))).toMatchInlineSnapshot(`
    "1 dispatch
      add tanh mul over [8, 5] (1 workgroup)
    1 output, 0 written over donated inputs; 0 slots of 0 B"
  `)
})

test('a matrix product reads its operands turned as they are, and batches spread', () => {
  const [q, k] = [input([2, 6, 4, 8]), input([2, 6, 4, 8])]
  const heads = (x: typeof q) => g.permute(x, [0, 2, 1, 3])
  expect(formatPlan(graphOf([g.matmul(heads(q), g.permute(heads(k), [0, 1, 3, 2]))], [q, k]))).toMatchInlineSnapshot(`
    "1 dispatch
      matmul [2, 4, 6, 8] [2, 4, 8, 6], serial (5 workgroups)
    1 output, 0 written over donated inputs; 0 slots of 0 B"
  `)
})

test('what follows a contraction index by index is part of its dispatch', () => {
  const [x, w, bias] = [input([32, 20]), input([24, 20]), input([24])]
  const z = g.add(g.matmul(x, w, { transposeB: true }), g.broadcastTo(bias, [32, 24]))
  const zero = g.literal(0, 'float32')
  const graph = graphOf([g.maximum(z, zero), g.lessEqual(z, zero)], [x, w, bias])
  expect(formatPlan(graph)).toMatchInlineSnapshot(`
    "1 dispatch
      matmul [32, 20] [24, 20], serial, add maximum lessEqual over [32, 24] (3 workgroups)
    2 outputs, 0 written over donated inputs; 0 slots of 0 B"
  `)
})

test('an update waits at the end of its gradient, over its parameter', () => {
  const [x, dz, w] = [input([8, 12]), input([8, 16]), input([16, 12])]
  const gradient = g.matmul(dz, x, { transposeA: true })
  const graph = graphOf([gradient, g.sub(w, gradient)], [x, dz, w], [w])
  expect(formatPlan(graph)).toMatchInlineSnapshot(`
    "1 dispatch
      matmul [8, 16] [8, 12], serial, sub over [16, 12] (1 workgroup)
    2 outputs, 1 written over donated inputs; 0 slots of 0 B"
  `)
})

test('a long sum of few rows is cut in parts', () => {
  const x = input([100_000])
  expect(formatPlan(graphOf([g.sum(g.mul(x, x), [0])], [x]))).toMatchInlineSnapshot(`
    "2 dispatches
      mul sum over [100000] in 49 parts (49 workgroups)
      sum over [49, 1] (1 workgroup)
    1 output, 0 written over donated inputs; 1 slot of 196 B"
  `)
})

test('a product of few rows is cut along what it sums over', () => {
  const [a, b] = [input([16, 50_000]), input([50_000, 16])]
  expect(formatPlan(graphOf([g.matmul(a, b)], [a, b]))).toMatchInlineSnapshot(`
    "2 dispatches
      matmul [16, 50000] [50000, 16], 16×16 in 64 parts (64 workgroups)
      sum over [64, 256] (4 workgroups)
    1 output, 0 written over donated inputs; 1 slot of 65.5 kB"
  `)
})

test('bfloat16 results of other than elementwise kernels are packed by a dispatch of their own', () => {
  const [a, b] = [input([4, 8], 'bfloat16'), input([8, 4], 'bfloat16')]
  expect(formatPlan(graphOf([g.matmul(a, b)], [a, b]))).toMatchInlineSnapshot(`
    "1 dispatch
      matmul [4, 8] [8, 4], serial (1 workgroup)
    1 output, 0 written over donated inputs; 0 slots of 0 B"
  `)
})

test('intermediates share memory where their lives do not meet', () => {
  const x = input([64, 64])
  const chain = Array.from({ length: 6 }).reduce<typeof x>((y) => g.matmul(y, x), x)
  const { slots } = makePlan(graphOf([chain], [x]), limits)
  expect(slots).toEqual([64 * 64 * 4, 64 * 64 * 4])
})

test('an update is written over what was donated', () => {
  const [p, m, grad, lr] = [input([7]), input([7]), input([7]), scalarValue(0.1)]
  const momentum = g.add(g.mul(m, g.literal(0.9, 'float32')), grad)
  const graph = graphOf([momentum, g.sub(p, g.mul(momentum, lr))], [p, m, grad], [p, m])
  expect(makePlan(graph, limits).takenOver).toEqual([1, 0])
})

test('updates of one kind are one pipeline, whatever their sizes', () => {
  const params = [input([7]), input([300]), input([16, 3])]
  const graph = graphOf(
    params.map((p) => g.mul(p, g.literal(0.5, 'float32'))),
    params,
  )
  expect(new Set(makePlan(graph, limits).kernels.map(({ source }) => source)).size).toBe(1)
})

test('the WGSL of a region says what it computes', () => {
  const [x, y] = [input([4, 3]), input([3])]
  const [kernel] = makePlan(graphOf([g.less(x, g.broadcastTo(y, [4, 3]))], [x, y]), limits).kernels
  expect(kernel!.source).toMatchInlineSnapshot(`
    "fn f_is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
    fn f_less(x: f32, y: f32) -> bool { return x < y && !f_is_nan(x) && !f_is_nan(y); }
    @group(0) @binding(0) var<storage, read> buffer0: array<f32>;
    @group(0) @binding(1) var<storage, read> buffer1: array<f32>;
    @group(0) @binding(2) var<storage, read_write> buffer2: array<u32>;
    fn load0(at: u32) -> f32 { return buffer0[at]; }
    fn load1(at: u32) -> f32 { return buffer1[at]; }
    fn length2() -> u32 { return arrayLength(&buffer2) * 4u; }
    fn storeElement2(at: u32, word: u32) { buffer2[at] = word; }
    @compute @workgroup_size(64)
    fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let first = (group.x * 64u + local) * 4u;
      var word2 = 0u;
      let end = min(first + 4u, length2());
      for (var i = first; i < end; i++) {
        let c0 = i / 3u;
        let c1 = (i) % 3u;
        let r0 = load0(c0 * 3u + c1);
        let r1 = load1(c1);
        let r2 = f_less(r0, r1);
        word2 |= select(0u, 1u, r2) << ((i & 3u) << 3u); if ((i & 3u) == 3u || i + 1u == end) { storeElement2(i >> 2u, word2); word2 = 0u; }
      }
    }"
  `)
})
