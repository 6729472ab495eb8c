import { encodeModel, type OnnxModel, type OnnxNode } from '@voltaic/onnx'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { widths } from './mlp.ts'

/** The matrix products of one training step, and nothing else. */
export interface BareGemms {
  readonly flops: number
  run(): Promise<void>
  dispose(): Promise<void>
}

const [inputs, first, second, classes] = widths

/**
 * Three products forward, two for gradients of inputs and three for gradients of weights, in one session. Each feeds the
 * next, so that none is dead; the gradients of weights are the outputs.
 */
export async function bareGemms(batchSize: number, threads: number): Promise<BareGemms> {
  const shapes = {
    x: [batchSize, inputs],
    w1: [first, inputs],
    w2: [second, first],
    w3: [classes, second],
  }
  const session = await InferenceSession.create(encodeModel(modelOf(shapes)), sessionOptions(threads))
  const feeds = mapShapes(shapes, uniformTensor)
  const { x: _, ...weights } = shapes
  const fetches = mapShapes(weights, (shape) => new Tensor('float32', new Float32Array(sizeOf(shape)), shape))
  const gradients = Object.fromEntries(Object.entries(fetches).map(([name, tensor]) => [`d${name}`, tensor]))
  const [w1, w2, w3] = [shapes.w1, shapes.w2, shapes.w3].map(sizeOf) as [number, number, number]
  return {
    flops: 2 * batchSize * (2 * w1 + 3 * w2 + 3 * w3),
    run: async () => {
      await session.run(feeds, gradients)
    },
    dispose: () => session.release(),
  }
}

type Shapes = Readonly<Record<'x' | 'w1' | 'w2' | 'w3', readonly number[]>>

function modelOf(shapes: Shapes): OnnxModel {
  const { x: _, ...weights } = shapes
  const value = (name: string, dims: readonly number[]) => ({ name, elementType: 'float', dims }) as const
  return {
    irVersion: 10,
    opsets: [{ domain: '', version: 21 }],
    graph: {
      name: 'gemms',
      nodes: [
        gemm('x', 'w1', 'y1', { transB: 1 }),
        gemm('y1', 'w2', 'y2', { transB: 1 }),
        gemm('y2', 'w3', 'y3', { transB: 1 }),
        gemm('y3', 'w3', 'dy2'),
        gemm('dy2', 'w2', 'dy1'),
        gemm('y3', 'y2', 'dw3', { transA: 1 }),
        gemm('dy2', 'y1', 'dw2', { transA: 1 }),
        gemm('dy1', 'x', 'dw1', { transA: 1 }),
      ],
      inputs: Object.entries(shapes).map(([name, dims]) => value(name, dims)),
      outputs: Object.entries(weights).map(([name, dims]) => value(`d${name}`, dims)),
      initializers: [],
    },
  }
}

function gemm(a: string, b: string, output: string, attributes: Readonly<Record<string, number>> = {}): OnnxNode {
  return { opType: 'Gemm', inputs: [a, b], outputs: [output], attributes }
}

/** As the CPU backend makes its own. */
function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    enableMemPattern: true,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { spin_duration_us: '50' }, set_denormal_as_zero: '0' } },
  }
}

/** Numbers as layers have them: uniform over ±1/√columns. */
function uniformTensor(shape: readonly number[]): Tensor {
  const bound = 1 / Math.sqrt(shape[1]!)
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (2 * Math.random() - 1) * bound)
  return new Tensor('float32', data, shape)
}

function mapShapes(
  shapes: Readonly<Record<string, readonly number[]>>,
  make: (shape: readonly number[]) => Tensor,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, make(shape)]))
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1)
}
