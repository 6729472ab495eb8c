export type { Tfjs } from './binding/load-tfjs.ts'
export { type CudaOptions, cuda } from './cuda.ts'
