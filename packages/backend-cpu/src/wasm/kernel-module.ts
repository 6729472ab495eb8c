import { OutOfRangeError } from '@voltaic/core'
import { hostMath } from '../kernels/host-math.ts'
import type { HostKernel, KernelCall, KernelImports, WasmKernel } from '../kernels/kernel.ts'
import { i32, ModuleBuilder, type WasmFunction } from './assembler/index.ts'

/** Calls whose descriptors lie in memory from `descriptors` on, one after the other. */
export interface ModuleStep {
  readonly calls: readonly KernelCall[]
  readonly descriptors: number
}

/**
 * Generates one module for all steps of a plan: a function a kernel, and a function a step that makes the step's calls.
 *
 * @returns what runs the steps
 */
export async function instantiateKernels(
  steps: readonly ModuleStep[],
  memory: WebAssembly.Memory,
): Promise<(() => void)[]> {
  if (steps.length === 0) return []
  const module = new KernelModule(memory)
  const names = steps.map((step, i) => module.addStep(`step${i}`, step))
  const { instance } = await WebAssembly.instantiate(module.assemble(), module.imports())
  return names.map((name) => instance.exports[name] as () => void)
}

class KernelModule {
  readonly #module = new ModuleBuilder()
  readonly #memory: WebAssembly.Memory
  readonly #kernels: Map<string, WasmFunction> = new Map()
  readonly #imported: Map<string, WasmFunction> = new Map()
  readonly #host: Record<string, (...args: number[]) => number | undefined> = {}

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory
    this.#module.importMemory('host', 'memory')
  }

  addStep(name: string, { calls, descriptors }: ModuleStep): string {
    let at = descriptors
    const invocations = calls.map(({ kernel, words }) => {
      const descriptor = at
      at += 4 * words.length
      const callee = kernel.kind === 'wasm' ? this.#define(kernel) : this.#importHost(kernel, words.length)
      return { callee, descriptor }
    })
    this.#module.function(name, { params: {} }, (f) => {
      for (const { callee, descriptor } of invocations) f.call(callee, i32.literal(descriptor))
      return undefined
    })
    return name
  }

  assemble(): Uint8Array<ArrayBuffer> {
    return this.#module.assemble()
  }

  imports(): WebAssembly.Imports {
    return { host: { memory: this.#memory, ...this.#host } }
  }

  #define(kernel: WasmKernel): WasmFunction {
    let defined = this.#kernels.get(kernel.key)
    if (defined === undefined) {
      const imports: KernelImports = {
        math: (name) => this.#importMath(name),
        outOfRange: (who) => this.#importOutOfRange(who),
      }
      defined = this.#module.function(`kernel${this.#kernels.size}`, { params: { descriptor: 'i32' } }, (f, params) => {
        kernel.define(f, params.descriptor, imports)
        return undefined
      })
      this.#kernels.set(kernel.key, defined)
    }
    return defined
  }

  #importMath(name: string): WasmFunction<'f64'> {
    const known = this.#imported.get(name) as WasmFunction<'f64'> | undefined
    if (known !== undefined) return known
    const math = hostMath[name]!
    this.#host[name] = math
    const params = Array.from({ length: math.length }, () => 'f64' as const)
    const imported = this.#module.importFunction('host', name, { params, result: 'f64' })
    this.#imported.set(name, imported)
    return imported
  }

  #importOutOfRange(who: string): WasmFunction<undefined> {
    const name = `outOfRange ${who}`
    const known = this.#imported.get(name) as WasmFunction<undefined> | undefined
    if (known !== undefined) return known
    this.#host[name] = (index, length) => {
      throw new OutOfRangeError(
        `${who}: index out of range, got ${index} in an axis of ${length}; indices (and labels) are 0…${length - 1}`,
      )
    }
    const imported = this.#module.importFunction('host', name, { params: ['i32', 'i32'] })
    this.#imported.set(name, imported)
    return imported
  }

  #importHost(kernel: HostKernel, words: number): WasmFunction {
    const name = `loop${this.#imported.size}`
    const { buffer } = this.#memory
    this.#host[name] = (descriptor) => {
      kernel.run(buffer, new Uint32Array(buffer, descriptor! >>> 0, words))
      return undefined
    }
    const imported = this.#module.importFunction('host', name, { params: ['i32'] })
    this.#imported.set(name, imported)
    return imported
  }
}
