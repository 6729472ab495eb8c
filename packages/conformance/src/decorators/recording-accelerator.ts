import type { Accelerator, TensorSpec } from '@voltaic/core'
import { formatSpec, type Graph } from '@voltaic/core/graph'
import { decorated, decoratedExecutable } from './decorated.ts'

/** One call of an accelerator, or of what it compiled. Executables are numbered in the order of their compilation. */
export type AcceleratorCall =
  | { readonly call: 'setup' | 'teardown' | 'synchronize' }
  | { readonly call: 'upload' | 'copy'; readonly spec: TensorSpec }
  | { readonly call: 'download'; readonly specs: readonly TensorSpec[] }
  | { readonly call: 'compile'; readonly executable: number; readonly graph: Graph }
  | { readonly call: 'run' | 'dispose'; readonly executable: number }

/** An accelerator that remembers what was asked of it. */
export interface RecordingAccelerator extends Accelerator {
  /** In the order of the calls, also of those that failed. */
  readonly calls: readonly AcceleratorCall[]
  /** Forgets the calls so far. Executables keep their numbers. */
  forget(): void
}

/** `inner`, and what is asked of it. Results, errors and time are `inner`'s. */
export function recordingAccelerator(inner: Accelerator): RecordingAccelerator {
  const calls: AcceleratorCall[] = []
  let executables = 0
  const accelerator = decorated(inner, {
    setup() {
      calls.push({ call: 'setup' })
      return inner.setup()
    },
    upload(data, spec) {
      calls.push({ call: 'upload', spec })
      return inner.upload(data, spec)
    },
    download(buffers) {
      calls.push({ call: 'download', specs: buffers.map(({ spec }) => spec) })
      return inner.download(buffers)
    },
    copy(buffer) {
      calls.push({ call: 'copy', spec: buffer.spec })
      return inner.copy(buffer)
    },
    async compile(graph) {
      const executable = executables++
      calls.push({ call: 'compile', executable, graph })
      const compiled = await inner.compile(graph)
      return decoratedExecutable(compiled, {
        run(inputs, scalars) {
          calls.push({ call: 'run', executable })
          return compiled.run(inputs, scalars)
        },
        dispose() {
          calls.push({ call: 'dispose', executable })
          compiled.dispose()
        },
      })
    },
    synchronize() {
      calls.push({ call: 'synchronize' })
      return inner.synchronize()
    },
    teardown() {
      calls.push({ call: 'teardown' })
      return inner.teardown()
    },
  })
  return Object.assign(accelerator, {
    calls,
    forget: () => {
      calls.length = 0
    },
  })
}

/** A call as a line of text: `upload float32[2, 3]`, `compile #0, 12 nodes`, `run #0`. */
export function formatCall(call: AcceleratorCall): string {
  switch (call.call) {
    case 'upload':
    case 'copy':
      return `${call.call} ${formatSpec(call.spec)}`
    case 'download':
      return `download ${call.specs.map(formatSpec).join(', ')}`
    case 'compile':
      return `compile #${call.executable}, ${call.graph.nodes.length} node(s)`
    case 'run':
    case 'dispose':
      return `${call.call} #${call.executable}`
    default:
      return call.call
  }
}
