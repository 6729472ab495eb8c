import { parseArgs } from 'node:util'
import type { PrecisionName } from '@voltaic/core'
import { choice, precisions } from '@voltaic/example-backends'
import { modes, networks } from './models.ts'
import { quick } from './train.ts'

/** The options of the command, as `--name value`; numbers are whole. */
export interface Arguments {
  readonly backend: string
  /** Whether `cuda` may run without a GPU. */
  readonly allowCpu: boolean
  readonly model: keyof typeof networks
  readonly mode: keyof typeof modes
  readonly precision: PrecisionName
  readonly epochs: number
  readonly seed: number
  /** Undefined: the backend's own choice. */
  readonly threads: number | undefined
  /** Train on so many digits only. */
  readonly samples: number
}

const full = { epochs: 24, samples: Infinity } as const

/** Reads the command line. @throws Error naming an option that is unknown, or its value */
export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'cpu' },
      'allow-cpu': { type: 'boolean', default: false },
      model: { type: 'string', default: 'cnn' },
      mode: { type: 'string', default: 'automatic' },
      precision: { type: 'string', default: '32-true' },
      epochs: { type: 'string' },
      seed: { type: 'string' },
      threads: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const { epochs, samples } = values.quick ? quick : full
  return {
    backend: values.backend,
    allowCpu: values['allow-cpu'],
    model: choice('--model', values.model, networks),
    mode: choice('--mode', values.mode, modes),
    precision: choice('--precision', values.precision, precisions),
    epochs: wholeNumber('--epochs', values.epochs, 1) ?? epochs,
    seed: wholeNumber('--seed', values.seed, 0) ?? 1,
    threads: wholeNumber('--threads', values.threads, 1),
    samples,
  }
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new Error(`${option}: a whole number ≥ ${least}, got ${text}`)
}
