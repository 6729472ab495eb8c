import type { Accelerator } from '@voltaic/core'
import type { Graph } from '@voltaic/core/graph'
import { decorated, decoratedExecutable } from './decorated.ts'

export interface ProfilingOptions {
  /**
   * Whether the device is waited for after each run, so that a run's time is its own. Without it runs go on overlapping,
   * and their time is that of enqueueing. Default true.
   */
  readonly waits?: boolean
}

/** Times of one executable, in milliseconds. */
export interface ExecutableProfile {
  /** Its place in the order of compilation, from 0. */
  readonly number: number
  readonly graph: Graph
  readonly compileMs: number
  /** Runs that succeeded. */
  readonly runs: number
  readonly runMs: number
  readonly slowestMs: number
}

/** What moved between host and device. */
export interface TransferProfile {
  readonly calls: number
  readonly bytes: number
  readonly ms: number
}

/** Where the time of an accelerator went. */
export interface DeviceProfile {
  readonly executables: readonly ExecutableProfile[]
  readonly uploads: TransferProfile
  readonly downloads: TransferProfile
  /** Copies on the device. */
  readonly copies: TransferProfile
}

/** An accelerator that measures itself. */
export interface ProfilingAccelerator extends Accelerator {
  /** The times so far. */
  profile(): DeviceProfile
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** `inner`, and how long it takes for what. Results and errors are `inner`'s. */
export function profilingAccelerator(
  inner: Accelerator,
  { waits = true }: ProfilingOptions = {},
): ProfilingAccelerator {
  const executables: Mutable<ExecutableProfile>[] = []
  const uploads = transfer()
  const downloads = transfer()
  const copies = transfer()
  const accelerator = decorated(inner, {
    upload(data, spec) {
      const began = performance.now()
      const buffer = inner.upload(data, spec)
      count(uploads, spec.bytes, began)
      return buffer
    },
    async download(buffers) {
      const began = performance.now()
      const arrays = await inner.download(buffers)
      const bytes = buffers.reduce((sum, { spec }) => sum + spec.bytes, 0)
      count(downloads, bytes, began)
      return arrays
    },
    copy(buffer) {
      const began = performance.now()
      const made = inner.copy(buffer)
      count(copies, buffer.spec.bytes, began)
      return made
    },
    async compile(graph) {
      const began = performance.now()
      const executable = await inner.compile(graph)
      const compileMs = performance.now() - began
      const times = { number: executables.length, graph, compileMs, runs: 0, runMs: 0, slowestMs: 0 }
      executables.push(times)
      return decoratedExecutable(executable, {
        async run(inputs, scalars) {
          const runBegan = performance.now()
          const results = await executable.run(inputs, scalars)
          if (waits) await inner.synchronize()
          const ms = performance.now() - runBegan
          times.runs++
          times.runMs += ms
          times.slowestMs = Math.max(times.slowestMs, ms)
          return results
        },
      })
    },
  })
  return Object.assign(accelerator, {
    profile: (): DeviceProfile => ({
      executables: executables.map((times) => ({ ...times })),
      uploads: { ...uploads },
      downloads: { ...downloads },
      copies: { ...copies },
    }),
  })
}

function transfer(): Mutable<TransferProfile> {
  return { calls: 0, bytes: 0, ms: 0 }
}

function count(to: Mutable<TransferProfile>, bytes: number, began: number): void {
  to.calls++
  to.bytes += bytes
  to.ms += performance.now() - began
}

/** A profile as lines of text, the executable with the most time first. */
export function formatProfile({ executables, uploads, downloads, copies }: DeviceProfile): string {
  const byTime = [...executables].sort((a, b) => b.runMs - a.runMs)
  return [
    ...byTime.map(formatExecutable),
    ...Object.entries({ uploads, downloads, copies }).map(([name, times]) => formatTransfer(name, times)),
  ].join('\n')
}

function formatExecutable({ number, graph, compileMs, runs, runMs, slowestMs }: ExecutableProfile): string {
  const mean = runs === 0 ? 0 : runMs / runs
  const times = `mean ${mean.toFixed(2)} ms, slowest ${slowestMs.toFixed(2)} ms`
  return `#${number}: ${graph.nodes.length} node(s), compiled in ${compileMs.toFixed(1)} ms, ${runs} run(s), ${times}`
}

function formatTransfer(name: string, { calls, bytes, ms }: TransferProfile): string {
  return `${name}: ${calls}, ${(bytes / 2 ** 20).toFixed(2)} MiB in ${ms.toFixed(1)} ms`
}
