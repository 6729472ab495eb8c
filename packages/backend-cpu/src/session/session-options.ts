import type { OrtSessionOptions } from './ort.ts'

/** How sessions are made: see `docs/cpu.md` for what was measured. */
export function sessionOptions(threads: number): OrtSessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    enableMemPattern: true,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Each session has its own threads. Those that spin longer take the cores from the next session, and from us.
        intra_op: { spin_duration_us: '50' },
      },
    },
  }
}
