import { MissingDependencyError } from '@voltaic/core'
import type * as OrtModule from 'onnxruntime-node'

/** The module `onnxruntime-node`. */
export type Ort = typeof OrtModule
export type OrtTensor = OrtModule.Tensor
export type OrtSession = OrtModule.InferenceSession
export type OrtSessionOptions = OrtModule.InferenceSession.SessionOptions

/**
 * Loads ONNX Runtime.
 *
 * @throws MissingDependencyError when it is not installed, or does not load
 */
export async function loadOrt(): Promise<Ort> {
  try {
    const module = (await import('onnxruntime-node')) as Ort & { readonly default?: Ort }
    return module.default ?? module
  } catch (error) {
    throw new MissingDependencyError('cpu: cannot load onnxruntime-node; install it or pass { ort }', { cause: error })
  }
}
