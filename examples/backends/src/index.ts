export { type BackendOptions, backends, chooseBackend } from './backends.ts'
export { choice } from './choice.ts'
export { precisions } from './precisions.ts'
