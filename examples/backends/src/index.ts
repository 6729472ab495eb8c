export { type BackendOptions, backends, chooseBackend } from './backends.ts'
export { choice } from './choice.ts'
