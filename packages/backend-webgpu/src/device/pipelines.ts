import { AcceleratorError } from '@voltaic/core'
import type { BoundKernel } from '../kernels/kernel.ts'
import { computeStage } from './flags.ts'

/** A compiled kernel and the layout of what is bound to it. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

/** Pipelines by their source: equal kernels of whatever executables are compiled once. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #pipelines: Map<string, Promise<Pipeline>> = new Map()
  readonly #layouts: Map<string, { layout: GPUBindGroupLayout; pipelineLayout: GPUPipelineLayout }> = new Map()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** Pipelines that there are. */
  get count(): number {
    return this.#pipelines.size
  }

  /** @throws AcceleratorError when the device does not compile the source */
  get(kernel: BoundKernel): Promise<Pipeline> {
    const key = kernel.source
    let pipeline = this.#pipelines.get(key)
    if (pipeline === undefined) {
      pipeline = this.#compile(kernel)
      this.#pipelines.set(key, pipeline)
      pipeline.catch(() => this.#pipelines.delete(key))
    }
    return pipeline
  }

  async #compile(kernel: BoundKernel): Promise<Pipeline> {
    const { layout, pipelineLayout } = this.#layoutOf(kernel)
    const module = this.#device.createShaderModule({ code: kernel.source, label: kernel.label })
    try {
      const compute = { module, entryPoint: 'main' }
      const pipeline = await this.#device.createComputePipelineAsync({ layout: pipelineLayout, compute })
      return { pipeline, layout }
    } catch (error) {
      const { messages } = await module.getCompilationInfo()
      const lines = kernel.source.split('\n')
      const reasons = messages.map(({ lineNum, message }) => `${message} in "${lines[lineNum - 1]?.trim()}"`)
      throw new AcceleratorError(
        `webgpu: the device does not compile ${kernel.label}, got ${reasons.join('; ') || (error as Error).message}`,
        { cause: error },
      )
    }
  }

  #layoutOf({ bindings, usesScalars, checksIndices }: BoundKernel): {
    layout: GPUBindGroupLayout
    pipelineLayout: GPUPipelineLayout
  } {
    const types: GPUBufferBindingType[] = [
      ...bindings.map(({ writes }): GPUBufferBindingType => (writes ? 'storage' : 'read-only-storage')),
      ...(usesScalars ? ['uniform' as const] : []),
      ...(checksIndices ? ['storage' as const] : []),
    ]
    const key = types.join()
    let known = this.#layouts.get(key)
    if (known === undefined) {
      const entries = types.map((type, binding) => ({ binding, visibility: computeStage, buffer: { type } }))
      const layout = this.#device.createBindGroupLayout({ entries })
      known = { layout, pipelineLayout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }) }
      this.#layouts.set(key, known)
    }
    return known
  }
}
