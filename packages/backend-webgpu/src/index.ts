export { formatPlan } from './format-graph-plan.ts'
export { type WebGpuOptions, webgpu } from './webgpu.ts'
