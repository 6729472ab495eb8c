import type { Accelerator } from '@voltaic/core'
import type { Sampler } from './measure.ts'

/** Lets `sampler` time every run of what `accelerator` compiles, as `system`: what the device's calls take alone. */
export function timeRuns(accelerator: Accelerator, sampler: Sampler, system: string): void {
  const compile = accelerator.compile.bind(accelerator)
  accelerator.compile = async (graph) => {
    const executable = await compile(graph)
    const run = executable.run.bind(executable)
    executable.run = async (inputs, scalars) => {
      const startedAt = performance.now()
      const outputs = await run(inputs, scalars)
      sampler.add(system, performance.now() - startedAt)
      return outputs
    }
    return executable
  }
}
