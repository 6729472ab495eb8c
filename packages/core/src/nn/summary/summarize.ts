import { noGrad } from '../../autograd/no-grad.ts'
import { OutOfRangeError } from '../../errors/errors.ts'
import type { HostTensor } from '../../graph/host-tensor.ts'
import { inputValue, recording } from '../../graph/record.ts'
import { type Shape, specOf } from '../../graph/spec.ts'
import { Tensor } from '../../tensor/tensor.ts'
import type { HookHandle } from '../hooks.ts'
import type { Module } from '../module.ts'
import { describeSummary } from './describe-summary.ts'
import { FlopCounter, nodesBehind } from './flops.ts'

/** An input from which shapes are found: only dtype and shape count. */
export type ExampleInput = Tensor | HostTensor

export interface SummarizeOptions {
  /** Inputs of `forward`, one or a list. Without them there are no shapes and no operations. */
  readonly exampleInput?: ExampleInput | readonly ExampleInput[] | undefined
  /** How deep: 0 shows totals alone, 1 the children, −1 every module. Default 1. */
  readonly maxDepth?: number
}

/** One module of a summary. */
export interface SummaryRow {
  readonly name: string
  /** Its class. */
  readonly type: string
  /** Elements of its parameters and those of the modules in it. */
  readonly parameters: number
  /** Shapes of the inputs of its first call; null when `forward` did not call it. */
  readonly inputs: readonly Shape[] | null
  readonly outputs: readonly Shape[] | null
  /** Floating-point operations of all its calls; null when there was none. */
  readonly flops: number | null
}

/** What a model is made of. */
export interface ModuleSummary {
  readonly rows: readonly SummaryRow[]
  /** Elements of all parameters, each counted once. */
  readonly totalParameters: number
  readonly trainableParameters: number
  /** Bytes of all parameters and buffers. */
  readonly bytes: number
  /** Floating-point operations of one `forward`: a multiplication and an addition count as two. Null without an input. */
  readonly totalFlops: number | null
  /** The summary as a table. */
  describe(): string
}

/**
 * What `module` is made of: names, classes and sizes, and for an example of its input shapes and work of each part. Counted are
 * matrix products and convolutions. Nothing is computed: `forward` is recorded, in evaluation mode, and thrown away.
 *
 * @throws OutOfRangeError when `maxDepth` is no whole number ≥ −1
 */
export function summarize(module: Module, { exampleInput, maxDepth = 1 }: SummarizeOptions = {}): ModuleSummary {
  if (!Number.isInteger(maxDepth) || maxDepth < -1) {
    throw new OutOfRangeError(`summarize: maxDepth is a whole number ≥ −1, got ${maxDepth}`)
  }
  const calls = exampleInput === undefined ? null : recordCalls(module, [exampleInput].flat())
  const rows = module
    .namedModules()
    .filter(([name]) => name !== '' && (maxDepth === -1 || depthOf(name) <= maxDepth))
    .map(
      ([name, inner]): SummaryRow => ({
        name,
        type: inner.constructor.name,
        parameters: elementsOf(inner.parameters()),
        ...(calls?.get(inner) ?? { inputs: null, outputs: null, flops: null }),
      }),
    )
  const parameters = module.parameters()
  const summary = {
    rows,
    totalParameters: elementsOf(parameters),
    trainableParameters: elementsOf(parameters.filter(({ requiresGrad }) => requiresGrad)),
    bytes: [...parameters, ...module.buffers()].reduce((sum, { value }) => sum + value.spec.bytes, 0),
    totalFlops: calls?.get(module)?.flops ?? null,
  }
  return { ...summary, describe: () => describeSummary(summary) }
}

type Called = Pick<SummaryRow, 'inputs' | 'outputs' | 'flops'>

interface Call {
  readonly inputs: readonly Shape[]
  outputs: readonly Shape[]
  /** How many nodes had been recorded before it, and when it was over. */
  readonly from: number
  to: number
}

function recordCalls(root: Module, examples: readonly ExampleInput[]): Map<Module, Called> {
  const calls = new Map<Module, Call[]>()
  const modules = root.modules()
  const modes = modules.map(({ training }) => training)
  const handles = modules.flatMap((module) => ('forward' in module ? watch(module, calls) : []))
  try {
    root.eval()
    const inputs = examples.map(({ dtype, shape }) => new Tensor(inputValue({ spec: specOf(dtype, shape) })))
    const { forward } = root as Module & { forward(...inputs: Tensor[]): unknown }
    const output = noGrad(() => forward.apply(root, inputs))
    return flopsByModule(calls, tensorsIn(output))
  } finally {
    for (const handle of handles) handle.remove()
    for (const [i, module] of modules.entries()) module.training = modes[i]!
  }
}

function watch(module: Module, calls: Map<Module, Call[]>): HookHandle[] {
  const open: Call[] = []
  const begin = module.registerForwardPreHook((_, inputs) => {
    open.push({ inputs: shapesIn(inputs), outputs: [], from: recording.nodes, to: recording.nodes })
  })
  const end = module.registerForwardHook((_, _inputs, output) => {
    const call = open.pop()!
    call.outputs = shapesIn(output)
    call.to = recording.nodes
    calls.set(module, [...(calls.get(module) ?? []), call])
  })
  return [begin, end]
}

function flopsByModule(calls: ReadonlyMap<Module, readonly Call[]>, outputs: readonly Tensor[]): Map<Module, Called> {
  const counter = new FlopCounter()
  const work = nodesBehind(outputs.map(({ value }) => value)).map((node) => [node.order, counter.of(node)] as const)
  return new Map(
    Array.from(calls, ([module, ofModule]) => {
      const flops = work
        .filter(([order]) => ofModule.some(({ from, to }) => from <= order && order < to))
        .reduce((sum, [, amount]) => sum + amount, 0)
      const { inputs, outputs } = ofModule[0]!
      return [module, { inputs, outputs, flops }]
    }),
  )
}

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(tensorsIn)
}

function shapesIn(value: unknown): Shape[] {
  return tensorsIn(value).map(({ shape }) => shape)
}

function elementsOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { value }) => sum + value.spec.size, 0)
}

function depthOf(name: string): number {
  return name.split('.').length
}
