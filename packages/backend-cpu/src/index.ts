export { type CpuOptions, cpu } from './cpu.ts'
export { formatPlan } from './format-graph-plan.ts'
