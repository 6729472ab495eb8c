import type { Hyperparameters } from './logger.ts'

/** A hyper-parameter as tables show it. */
export type HyperparameterValue = number | string | boolean

/** Nested hyper-parameters in one level, `optimizer/lr`; what is neither number, text nor boolean becomes a text. */
export function flatHyperparameters(
  params: Hyperparameters,
  prefix = '',
): [name: string, value: HyperparameterValue][] {
  return Object.entries(params).flatMap(([key, value]): [string, HyperparameterValue][] => {
    const name = prefix + key
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return [[name, value]]
    if (isRecord(value)) return flatHyperparameters(value, `${name}/`)
    return [[name, Array.isArray(value) ? JSON.stringify(value) : String(value)]]
  })
}

/** Hyper-parameters as YAML, one to a line; what is nested stands in YAML's JSON. */
export function hyperparametersYaml(params: Hyperparameters): string {
  return Object.entries(params)
    .map(([name, value]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${yamlOf(value)}\n`)
    .join('')
}

function yamlOf(value: unknown): string {
  if (typeof value === 'number') return yamlNumber(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(', ')}]`
  if (isRecord(value)) {
    const entries = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${yamlOf(inner)}`)
    return `{${entries.join(', ')}}`
  }
  return JSON.stringify(String(value))
}

function yamlNumber(x: number): string {
  if (Number.isNaN(x)) return '.nan'
  if (!Number.isFinite(x)) return x > 0 ? '.inf' : '-.inf'
  return String(x)
}

function isRecord(value: unknown): value is Hyperparameters {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
