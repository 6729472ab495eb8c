// WebGPU as the conformance suite runs it: a GPU, or else an adapter that computes on the CPU.
import { webgpu as create } from '../../packages/backend-webgpu/dist/index.js'

export const webgpu = () => create({ allowSoftware: true })
