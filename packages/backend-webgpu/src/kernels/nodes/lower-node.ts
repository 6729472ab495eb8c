import type { PrimitiveAttributes, PrimitiveName } from '@voltaic/core/graph'
import type { OperandViews } from '../../plan/fold-views.ts'
import type { Lowering } from '../lowering.ts'
import { lowerArg } from './arg.ts'
import { lowerConv, lowerConvInputGrad, lowerConvWeightGrad } from './conv.ts'
import { lowerCumsum } from './cumsum.ts'
import { lowerGather, lowerIndexSelect } from './gather.ts'
import { lowerMatmul } from './matmul.ts'
import { lowerConcat, lowerPad } from './movement.ts'
import { type Epilogue, NodeContext } from './node-context.ts'
import { lowerAvgPool, lowerAvgPoolGrad, lowerMaxPool, lowerMaxPoolGrad } from './pool.ts'
import { lowerRandomBits } from './random.ts'
import { lowerIndexAdd, lowerScatter, lowerScatterAdd } from './scatter.ts'
import { lowerSort, lowerTopK } from './sort.ts'

type Lowerings = { readonly [K in PrimitiveName]?: (context: NodeContext, attributes: PrimitiveAttributes[K]) => void }

/** Primitives that are kernels of their own. All others are parts of regions. */
const lowerings: Lowerings = {
  matmul: lowerMatmul,
  conv: lowerConv,
  convInputGrad: lowerConvInputGrad,
  convWeightGrad: lowerConvWeightGrad,
  maxPool: lowerMaxPool,
  maxPoolGrad: lowerMaxPoolGrad,
  avgPool: lowerAvgPool,
  avgPoolGrad: lowerAvgPoolGrad,
  argmax: lowerArg,
  argmin: lowerArg,
  cumsum: lowerCumsum,
  sort: lowerSort,
  topK: lowerTopK,
  pad: lowerPad,
  concat: lowerConcat,
  indexSelect: lowerIndexSelect,
  indexAdd: lowerIndexAdd,
  gather: lowerGather,
  scatterAdd: lowerScatterAdd,
  scatter: lowerScatter,
  randomBits: lowerRandomBits,
}

/** Primitives at whose end a region can be computed. */
export const contractions: ReadonlySet<string> = new Set(['matmul', 'conv', 'convInputGrad', 'convWeightGrad'])

/** What a node is lowered with. */
export interface NodeOptions {
  readonly views: OperandViews
  readonly epilogue?: Epilogue | undefined
}

/**
 * Kernels of a node that is no region's.
 *
 * @returns whether the epilogue is part of them
 */
export function lowerNode(lowering: Lowering, index: number, { views, epilogue }: NodeOptions): boolean {
  const node = lowering.graph.nodes[index]!
  if (node.outputs.every((value) => lowering.spec(value).size === 0)) return false
  const lower = lowerings[node.op.name as PrimitiveName] as
    | ((context: NodeContext, attributes: object) => void)
    | undefined
  if (lower === undefined) throw new TypeError(`webgpu: no kernel for ${node.op.name}`)
  const context = new NodeContext(lowering, node, { views: views.get(index)!, epilogue })
  lower(context, node.attributes)
  return context.tookEpilogue
}
