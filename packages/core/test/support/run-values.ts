import type { Accelerator, DeviceBuffer } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { resolveAlias } from '../../src/graph/alias.ts'
import { type BuiltGraph, buildGraph, expand } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { packScalars } from '../../src/graph/graph.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import type { NumberStorage } from '../../src/graph/record.ts'
import type { Value } from '../../src/graph/value.ts'
import { type HostStorage, numbersOf } from './host-tensors.ts'

/** What was recorded, compiled: it runs on any host tensors in the place of its leaves. */
export interface Program {
  readonly built: BuiltGraph
  /** The leaves, in the order in which `run` takes their tensors. */
  readonly leaves: readonly Value[]
  /** Results for `outputs` in their order. */
  run(tensors?: ReadonlyMap<Value, HostTensor>): Promise<HostTensor[]>
}

/**
 * Compiles `outputs` for the time of `use`. Leaves come from `leaf`, `leafOf` and `scalarValue`; `run` replaces their
 * tensors where told to.
 */
export async function withProgram<T>(
  outputs: readonly Value[],
  use: (program: Program) => Promise<T>,
  accelerator: Accelerator = reference(),
): Promise<T> {
  const resolved = outputs.map(resolveAlias)
  const captured = capture([...new Set(resolved.filter((value) => value.storage === null))])
  const asked = captured.outputs
  const { inputs, scalars } = captured
  const built = expand(buildGraph(captured), accelerator.capabilities.composites)
  const block = packScalars(
    built.graph,
    scalars.map(({ storage }) => (storage as NumberStorage).value),
  )

  await accelerator.setup()
  try {
    const executable = await accelerator.compile(built.graph)
    const run = async (tensors: ReadonlyMap<Value, HostTensor> = new Map()): Promise<HostTensor[]> => {
      const tensorOfLeaf = (value: Value) => tensors.get(value) ?? (value.storage as HostStorage).tensor
      const uploaded = inputs.map((value) => accelerator.upload(tensorOfLeaf(value).data, value.spec))
      const results = await executable.run(uploaded, block)
      const arrays = await accelerator.download(results)
      disposeAll([...uploaded, ...results])
      return resolved.map((value) => {
        if (value.storage !== null) return tensorOfLeaf(value)
        const data = arrays[built.positions[asked.indexOf(value)]!]!
        return { data, shape: value.spec.shape, dtype: value.spec.dtype }
      })
    }
    return await use({ built, leaves: inputs, run })
  } finally {
    await accelerator.teardown()
  }
}

/** What `outputs` are on `accelerator` (default: a fresh reference). */
export function runValues(outputs: readonly Value[], accelerator?: Accelerator): Promise<HostTensor[]> {
  return withProgram(outputs, ({ run }) => run(), accelerator)
}

/** The numbers of one value. */
export async function numbers(output: Value, accelerator?: Accelerator): Promise<number[]> {
  const [result] = await runValues([output], accelerator)
  return numbersOf(result!)
}

function disposeAll(buffers: readonly DeviceBuffer[]): void {
  for (const buffer of buffers) buffer.dispose()
}
