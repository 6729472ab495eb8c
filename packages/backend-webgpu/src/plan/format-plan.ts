import type { BoundKernel } from '../kernels/kernel.ts'
import type { Plan } from './plan.ts'

/**
 * A plan as text: the dispatches in order, one line each, and what memory they take.
 *
 * ```
 * 3 dispatches
 *   matmul [8, 12] [12, 16], 16×16 (1 workgroup)
 *   add maximum over [8, 16] (2 workgroups)
 * 1 output, 0 written over donated inputs; 1 slot of 512 B
 * ```
 */
export function formatPlan({ kernels, graph, takenOver, slots }: Plan): string {
  const inPlace = takenOver.filter((input) => input !== undefined).length
  const bytes = slots.reduce((sum, size) => sum + size, 0)
  return [
    counted(kernels.length, 'dispatch', 'dispatches'),
    ...kernels.map((kernel) => `  ${formatKernel(kernel)}`),
    `${counted(graph.outputs.length, 'output')}, ${inPlace} written over donated inputs; ${counted(slots.length, 'slot')} of ${formatBytes(bytes)}`,
  ].join('\n')
}

function formatKernel({ label, workgroups }: BoundKernel): string {
  return `${label} (${counted(
    workgroups.reduce((product, n) => product * n, 1),
    'workgroup',
  )})`
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
