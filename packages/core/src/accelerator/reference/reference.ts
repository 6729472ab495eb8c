import { DTypeError, ShapeError } from '../../errors/errors.ts'
import { type HostArray, isHostArrayOf } from '../../graph/dtype.ts'
import { primitives } from '../../graph/primitives.ts'
import { formatSpec, type TensorSpec } from '../../graph/spec.ts'
import type { Accelerator } from '../accelerator.ts'
import { type Capabilities, checkSupported } from '../capabilities.ts'
import { ReferenceDevice } from './device.ts'
import { ReferenceExecutable } from './executable.ts'

export interface ReferenceOptions {
  /** Largest buffer that the accelerator takes, in bytes. Default: 2³¹. */
  readonly maxBufferBytes?: number
}

/**
 * The reference accelerator: plain TypeScript that computes each op in float64 and rounds once, as the dtype rounds. It
 * is the oracle that other accelerators are compared with, and needs nothing installed; it is not meant to be fast.
 */
export function reference({ maxBufferBytes = 2 ** 31 }: ReferenceOptions = {}): Accelerator {
  const device = new ReferenceDevice(maxBufferBytes)
  const capabilities: Capabilities = {
    supports: (op) => (Object.hasOwn(primitives, op) ? 'native' : undefined),
    composites: new Set(),
    limits: { maxBufferBytes },
    numerics: { nonFinite: 'ieee', subnormals: 'keep' },
  }
  return {
    name: 'reference',
    capabilities,
    lost: new Promise(() => {}),
    isAvailable: async () => ({ available: true, device: 'JavaScript' }),
    setup: async () => device.setup(),
    upload(data, spec) {
      device.checkSetUp()
      checkFits(data, spec)
      return device.allocate(spec, data.slice())
    },
    async download(buffers) {
      device.checkSetUp()
      return buffers.map((buffer) => device.read(buffer).slice())
    },
    copy(buffer) {
      device.checkSetUp()
      return device.allocate(buffer.spec, device.read(buffer).slice())
    },
    async compile(graph) {
      device.checkSetUp()
      checkSupported('reference', capabilities, graph)
      for (const spec of graph.values) device.checkRoom(spec)
      device.compiles++
      return new ReferenceExecutable(device, graph)
    },
    synchronize: async () => device.checkSetUp(),
    stats: () => device.stats(),
    teardown: async () => device.teardown(),
  }
}

function checkFits(data: HostArray, spec: TensorSpec): void {
  if (!isHostArrayOf(data, spec.dtype)) {
    throw new DTypeError(`upload: ${spec.dtype} does not travel in this array, got ${data.constructor.name}`)
  }
  if (data.length !== spec.size) {
    throw new ShapeError(`upload: ${formatSpec(spec)} has ${spec.size} elements, got ${data.length}`)
  }
}
