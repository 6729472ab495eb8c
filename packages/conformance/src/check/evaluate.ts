import type { Accelerator, DeviceBuffer, Executable } from '@voltaic/core'
import {
  type BuiltGraph,
  buildGraph,
  capture,
  expand,
  type HostTensor,
  type NumberStorage,
  packScalars,
  type Value,
} from '@voltaic/core/graph'
import type { HostStorage } from './operands.ts'

/** What was recorded, as an accelerator gets it. */
export interface Recorded {
  readonly built: BuiltGraph
  /** Leaves that are buffers, in the order of the graph's inputs. */
  readonly inputs: readonly Value[]
  /** The numbers of the runtime scalars, in order. */
  readonly scalars: readonly number[]
}

/** The graph of `outputs`, none of which is a leaf, its composites replaced but for those of `declared`. */
export function recordedGraph(outputs: readonly Value[], declared: ReadonlySet<string>): Recorded {
  const captured = capture(outputs)
  const { inputs } = captured
  const scalars = captured.scalars.map(({ storage }) => (storage as NumberStorage).value)
  return { built: expand(buildGraph(captured), declared), inputs, scalars }
}

/** Host tensors in the places of leaves. */
export type Replacements = ReadonlyMap<Value, HostTensor>

/** A compiled recording that runs as often as wanted. */
export interface Program {
  /** The results, in the order of the outputs. */
  run(replacements?: Replacements): Promise<HostTensor[]>
  dispose(): void
}

/** Compiles `outputs` on `accelerator`, which is set up. */
export async function compileValues(accelerator: Accelerator, outputs: readonly Value[]): Promise<Program> {
  const resolved = outputs.map(withoutAlias)
  const computed = [...new Set(resolved.filter(isComputed))]
  const { built, inputs, scalars } = recordedGraph(computed, accelerator.capabilities.composites)
  const executable = computed.length === 0 ? null : await accelerator.compile(built.graph)
  const block = packScalars(built.graph, scalars)
  return {
    async run(replacements = new Map()) {
      const tensorOf = (leaf: Value) => replacements.get(leaf) ?? (leaf.storage as HostStorage).tensor
      const arrays =
        executable === null ? [] : await runOnce(accelerator, executable, inputs.map(tensorOf), inputs, block)
      return resolved.map((output) => {
        if (!isComputed(output)) return tensorOf(output)
        const data = arrays[built.positions[computed.indexOf(output)]!]!
        return { data, shape: output.spec.shape, dtype: output.spec.dtype }
      })
    },
    dispose: () => executable?.dispose(),
  }
}

/** What `outputs` are on `accelerator`, which is set up. Nothing is left on the device. */
export async function evaluate(
  accelerator: Accelerator,
  outputs: readonly Value[],
  replacements?: Replacements,
): Promise<HostTensor[]> {
  const program = await compileValues(accelerator, outputs)
  try {
    return await program.run(replacements)
  } finally {
    program.dispose()
  }
}

async function runOnce(
  accelerator: Accelerator,
  executable: Executable,
  tensors: readonly HostTensor[],
  inputs: readonly Value[],
  block: ArrayBuffer,
): Promise<HostTensor['data'][]> {
  const buffers: DeviceBuffer[] = []
  try {
    for (const [i, tensor] of tensors.entries()) buffers.push(accelerator.upload(tensor.data, inputs[i]!.spec))
    const results = await executable.run(buffers, block)
    buffers.push(...results)
    return await accelerator.download(results)
  } finally {
    for (const buffer of buffers) buffer.dispose()
  }
}

/** The value that an alias stands for. */
function withoutAlias(value: Value): Value {
  const { op, inputs } = value.node
  return op.kind === 'alias' && value.storage === null ? withoutAlias(inputs[value.index]!) : value
}

function isComputed(value: Value): boolean {
  return value.storage === null
}
