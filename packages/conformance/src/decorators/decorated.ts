import type { Accelerator, Executable } from '@voltaic/core'

/** `inner` with `changes` in the place of what they name; everything else goes to `inner`, as does each `this`. */
export function decorated(inner: Accelerator, changes: Partial<Accelerator>): Accelerator {
  return {
    get name() {
      return inner.name
    },
    get capabilities() {
      return inner.capabilities
    },
    get lost() {
      return inner.lost
    },
    isAvailable: () => inner.isAvailable(),
    setup: () => inner.setup(),
    upload: (data, spec) => inner.upload(data, spec),
    download: (buffers) => inner.download(buffers),
    copy: (buffer) => inner.copy(buffer),
    compile: (graph) => inner.compile(graph),
    synchronize: () => inner.synchronize(),
    stats: () => inner.stats(),
    teardown: () => inner.teardown(),
    ...changes,
  }
}

/** `inner` with `changes` in the place of what they name. */
export function decoratedExecutable(inner: Executable, changes: Partial<Executable>): Executable {
  return {
    outputs: inner.outputs,
    run: (inputs, scalars) => inner.run(inputs, scalars),
    dispose: () => inner.dispose(),
    ...changes,
  }
}
