import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'

/** A reference whose runs and compilations fail while `isBroken`. */
export function failingAccelerator(): { readonly accelerator: Accelerator; isBroken: boolean } {
  const inner = reference()
  const control = { accelerator: inner, isBroken: false }
  const work = () => {
    if (control.isBroken) throw new Error('the device is on fire')
  }
  const accelerator: Accelerator = {
    ...inner,
    compile: async (graph) => {
      work()
      const executable = await inner.compile(graph)
      const run: typeof executable.run = async (inputs, scalars) => {
        work()
        return executable.run(inputs, scalars)
      }
      return { outputs: executable.outputs, run, dispose: () => executable.dispose() }
    },
  }
  control.accelerator = accelerator
  return control
}
