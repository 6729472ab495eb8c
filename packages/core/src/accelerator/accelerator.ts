/*
 * What a backend is: something that holds buffers and runs graphs. It compiles a closed graph of primitives (and of the
 * composites that it declares) once, and runs it many times. What it is not: it knows no tensors, no gradients, no
 * optimizers, no steps; it caches no executables, counts no references and never reads back on its own. All of that is
 * core's. Whether an implementation keeps this contract is for the conformance suite to say.
 */
import type { DeviceLostError } from '../errors/errors.ts'
import type { HostArray } from '../graph/dtype.ts'
import type { Graph } from '../graph/graph.ts'
import type { TensorSpec } from '../graph/spec.ts'
import type { Capabilities } from './capabilities.ts'

/** A device and what runs on it. Made by a backend package's factory: `cpu()`, `webgpu()`, yours. */
export interface Accelerator {
  /** Short and stable: `'cpu'`. */
  readonly name: string
  readonly capabilities: Capabilities
  /** Resolves when the device is gone, and what waits for it rejects; stays pending for one that cannot be lost. */
  readonly lost: Promise<DeviceLostError>
  /** Whether `setup` would succeed, found out without side effects that last. */
  isAvailable(): Promise<Availability>
  /**
   * Loads libraries and opens the device. Re-entrant: a second call without a teardown between them counts, and the device
   * closes with the last teardown.
   *
   * @throws MissingDependencyError naming what to install
   */
  setup(): Promise<void>
  /**
   * A device copy of `data`, which the caller may change as soon as the call returns.
   *
   * @param data - `spec.size` elements in the typed array of `spec.dtype`
   */
  upload(data: HostArray, spec: TensorSpec): DeviceBuffer
  /** Host copies of `buffers`, all in one wait, once what was enqueued before has finished. */
  download(buffers: readonly DeviceBuffer[]): Promise<HostArray[]>
  /** An independent copy on the device. */
  copy(buffer: DeviceBuffer): DeviceBuffer
  /**
   * An executable for `graph`.
   *
   * @throws UnsupportedError naming op and dtypes when the graph holds what `capabilities` does not declare
   */
  compile(graph: Graph): Promise<Executable>
  /** Resolves when all that was enqueued has finished. */
  synchronize(): Promise<void>
  stats(): DeviceStats
  /** Undoes one `setup`. With the last one every buffer and executable is gone. */
  teardown(): Promise<void>
}

/** A compiled graph. */
export interface Executable {
  /** Specs of the results of `run`, in the graph's order. */
  readonly outputs: readonly TensorSpec[]
  /**
   * Runs once. Resolves when the work is enqueued, which need not mean finished; runs are executed in the order of their
   * calls. Each result is a new buffer or a donated one, owned by the caller.
   *
   * When it rejects, no donated buffer has been taken or changed, unless the device is lost.
   *
   * @param inputs - one a graph input; none may be donated twice
   * @param scalars - the block that `packScalars` writes, read before the call returns
   */
  run(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): Promise<readonly DeviceBuffer[]>
  /** Frees what the executable holds. Runs that were started finish. */
  dispose(): void
}

/** Bytes on a device, owned by whoever got them. */
export interface DeviceBuffer {
  readonly spec: TensorSpec
  readonly bytes: number
  /** Gives the bytes back. A second call does nothing. */
  dispose(): void
}

export type Availability =
  | { readonly available: true; readonly device: string }
  | { readonly available: false; readonly reason: string; readonly remedy: string }

/** Counters of a device; totals since the first setup. */
export interface DeviceStats {
  readonly liveBuffers: number
  readonly liveBytes: number
  readonly compiles: number
  readonly executions: number
}
