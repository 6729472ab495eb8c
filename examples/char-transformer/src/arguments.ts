import { parseArgs } from 'node:util'
import type { PrecisionName } from '@voltaic/core'
import { choice, precisions } from '@voltaic/example-backends'
import { quick } from './train.ts'

/** The options of the command, as `--name value`. */
export interface Arguments {
  readonly backend: string
  /** Whether `cuda` may run without a GPU. */
  readonly allowCpu: boolean
  /** A file; undefined: the documentation of this repository. */
  readonly text: string | undefined
  readonly precision: PrecisionName
  readonly epochs: number
  readonly seed: number
  /** Undefined: the backend's own choice. */
  readonly threads: number | undefined
  /** Characters to write at the end. */
  readonly sample: number
  readonly temperature: number
  /** Undefined: the first character of the text. */
  readonly prompt: string | undefined
}

const full = { epochs: 20 } as const

/** Reads the command line. @throws Error naming an option that is unknown, or its value */
export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'cpu' },
      'allow-cpu': { type: 'boolean', default: false },
      text: { type: 'string' },
      precision: { type: 'string', default: '32-true' },
      epochs: { type: 'string' },
      seed: { type: 'string' },
      threads: { type: 'string' },
      sample: { type: 'string' },
      temperature: { type: 'string' },
      prompt: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const { epochs } = values.quick ? quick : full
  if (values.prompt === '') throw new Error('--prompt: at least one character, got none')
  return {
    backend: values.backend,
    allowCpu: values['allow-cpu'],
    text: values.text,
    precision: choice('--precision', values.precision, precisions),
    epochs: wholeNumber('--epochs', values.epochs, 1) ?? epochs,
    seed: wholeNumber('--seed', values.seed, 0) ?? 0,
    threads: wholeNumber('--threads', values.threads, 1),
    sample: wholeNumber('--sample', values.sample, 0) ?? 400,
    temperature: temperatureOf(values.temperature) ?? 0.8,
    prompt: values.prompt,
  }
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new Error(`${option}: a whole number ≥ ${least}, got ${text}`)
}

function temperatureOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text !== '' && value >= 0 && value < Infinity) return value
  throw new Error(`--temperature: a number ≥ 0, got ${text}`)
}
