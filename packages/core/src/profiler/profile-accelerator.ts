import type { Accelerator, Executable } from '../accelerator/accelerator.ts'
import type { Graph } from '../graph/graph.ts'
import type { Profiler } from './profiler.ts'

/**
 * `accelerator`, with the time of each compilation, run and transfer noted in `profiler`. Executables are named by their number
 * and what they compute. A run is over when the device has enqueued it, which on a GPU is before it has finished.
 */
export function profileAccelerator(accelerator: Accelerator, profiler: Profiler): Accelerator {
  let count = 0
  return {
    name: accelerator.name,
    capabilities: accelerator.capabilities,
    get lost() {
      return accelerator.lost
    },
    isAvailable: () => accelerator.isAvailable(),
    setup: () => accelerator.setup(),
    upload: (data, spec) => profiler.profile('upload', () => accelerator.upload(data, spec), 'transfer'),
    download: (buffers) => profiler.profile('download', () => accelerator.download(buffers), 'transfer'),
    copy: (buffer) => accelerator.copy(buffer),
    async compile(graph) {
      const name = `graph ${++count}: ${describeGraph(graph)}`
      const executable = await profiler.profile(name, () => accelerator.compile(graph), 'compile')
      return profiled(executable, name, profiler)
    },
    synchronize: () => profiler.profile('synchronize', () => accelerator.synchronize(), 'transfer'),
    stats: () => accelerator.stats(),
    teardown: () => accelerator.teardown(),
  }
}

function profiled(executable: Executable, name: string, profiler: Profiler): Executable {
  return {
    outputs: executable.outputs,
    run: (inputs, scalars) => profiler.profile(name, () => executable.run(inputs, scalars), 'executable'),
    dispose: () => executable.dispose(),
  }
}

/** `152 nodes, 4 matmul, 2 conv`: the contractions tell graphs apart. */
function describeGraph({ nodes }: Graph): string {
  const names = ['matmul', 'conv', 'convInputGrad', 'convWeightGrad']
  const contractions = names
    .map((name) => [name, nodes.filter(({ op }) => op.name === name).length] as const)
    .filter(([, times]) => times > 0)
    .map(([name, times]) => `${times} ${name}`)
  return [`${nodes.length} nodes`, ...contractions].join(', ')
}
