import { type Accelerator, type Capabilities, checkSupported } from '@voltaic/core'
import { checkRoom, Device, dtypes, maxBufferBytes } from './device.ts'
import { makeExecutable } from './executable.ts'
import { kernels } from './kernels.ts'

const capabilities: Capabilities = {
  supports: (op, dtype) => (Object.hasOwn(kernels, op) && dtypes.has(dtype) ? 'native' : undefined),
  composites: new Set(),
  limits: { maxBufferBytes },
  numerics: { nonFinite: 'ieee', subnormals: 'keep' },
}

/** An accelerator of nothing but loops over typed arrays: read it for what has to happen, not for how to be fast. */
export function loops(): Accelerator {
  const device = new Device()
  return {
    name: 'loops',
    capabilities,
    lost: new Promise(() => {}),
    isAvailable: async () => ({ available: true, device: 'JavaScript' }),
    setup: async () => device.setup(),
    // The caller keeps its array, and may change it.
    upload: (data, spec) => device.allocate(spec, data.slice()),
    download: async (buffers) => buffers.map((buffer) => device.read(buffer).slice()),
    copy: (buffer) => device.allocate(buffer.spec, device.read(buffer).slice()),
    async compile(graph) {
      device.checkSetUp()
      checkSupported('loops', capabilities, graph)
      // An op on a dtype that is declared may make one that is not (a cast), or more than a buffer holds.
      for (const spec of graph.values) checkRoom(spec)
      return makeExecutable(graph, device)
    },
    synchronize: async () => device.checkSetUp(),
    stats: () => device.stats(),
    teardown: async () => device.teardown(),
  }
}
