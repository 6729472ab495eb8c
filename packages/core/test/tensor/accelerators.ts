import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'

/** A fresh reference accelerator, in use from now on. */
export async function freshAccelerator(): Promise<Accelerator> {
  const accelerator = reference()
  await useAccelerator(accelerator)
  return accelerator
}

/** What a reference accelerator was given, and a way to make it fail. */
export interface Watched {
  readonly accelerator: Accelerator
  /** Every graph compiled, in order. */
  readonly graphs: readonly Graph[]
  /** Buffers copied so far. */
  readonly copies: () => number
  /** Rejects the next run with `error`, and only that. */
  failNextRun(error: Error): void
  /** Makes the next runs wait, until what it returns is called. */
  holdRuns(): () => void
}

/** A fresh reference accelerator behind a decorator, in use from now on. */
export async function watchedAccelerator(name = 'watched'): Promise<Watched> {
  const inner = reference()
  const graphs: Graph[] = []
  let copies = 0
  let failure: Error | null = null
  let gate: Promise<void> = Promise.resolve()
  const accelerator: Accelerator = {
    ...inner,
    name,
    copy(buffer) {
      copies++
      return inner.copy(buffer)
    },
    async compile(graph) {
      graphs.push(graph)
      const executable = await inner.compile(graph)
      return {
        outputs: executable.outputs,
        async run(inputs, scalars) {
          await gate
          const error = failure
          failure = null
          if (error !== null) throw error
          return executable.run(inputs, scalars)
        },
        dispose: () => executable.dispose(),
      }
    },
  }
  await useAccelerator(accelerator)
  return {
    accelerator,
    graphs,
    copies: () => copies,
    failNextRun(error) {
      failure = error
    },
    holdRuns() {
      let open = () => {}
      gate = new Promise((resolve) => {
        open = resolve
      })
      return open
    },
  }
}
