import type { HyperparameterValue } from '../hyperparameters.ts'
import type { RunStatus } from '../logger.ts'
import type { Histogram } from './histogram.ts'
import { bytesField, doubleField, doublesField, floatField, intField, joined, textField } from './wire.ts'

/*
 * The messages of event files. The numbers are those of event.proto, summary.proto, tensor.proto, histogram.proto, and for
 * hyper-parameters of plugin_data.proto and api.proto, in https://github.com/tensorflow/tensorboard.
 */

/** When something was noted. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
}

/** The event that begins a file. */
export function fileVersionEvent(wallTime: number): Uint8Array {
  return joined(doubleField(1, wallTime), textField(3, 'brain.Event:2'))
}

/** An event of one or more values. */
export function summaryEvent({ wallTime, step }: EventTime, values: readonly Uint8Array[]): Uint8Array {
  return joined(
    doubleField(1, wallTime),
    intField(2, step),
    bytesField(5, ...values.map((value) => bytesField(1, value))),
  )
}

export function scalarValue(tag: string, x: number): Uint8Array {
  return joined(textField(1, tag), floatField(2, x))
}

export function histogramValue(tag: string, histogram: Histogram): Uint8Array {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram
  const message = [
    doubleField(1, min),
    doubleField(2, max),
    doubleField(3, count),
    doubleField(4, sum),
    doubleField(5, sumOfSquares),
    doublesField(6, limits),
    doublesField(7, counts),
  ]
  return joined(textField(1, tag), bytesField(5, ...message))
}

/** A text; TensorBoard shows it as Markdown. */
export function textValue(tag: string, text: string): Uint8Array {
  const stringDType = 7
  const oneElement = bytesField(2, bytesField(2, intField(1, 1)))
  const tensor = joined(intField(1, stringDType), oneElement, textField(8, text))
  return joined(textField(1, tag), bytesField(8, tensor), metadata('text', new Uint8Array()))
}

/** Which hyper-parameters and metrics there are. */
export function experimentValue(
  params: readonly (readonly [string, HyperparameterValue])[],
  metrics: readonly string[],
): Uint8Array {
  const dataTypes = { string: 1, boolean: 2, number: 3 }
  const paramInfos = params.map(([name, value]) =>
    bytesField(4, textField(1, name), intField(4, dataTypes[typeof value as keyof typeof dataTypes])),
  )
  const metricInfos = metrics.map((tag) => bytesField(5, bytesField(1, textField(2, tag))))
  return hparamsValue('experiment', bytesField(2, ...paramInfos, ...metricInfos))
}

/** The values of the hyper-parameters in this run. */
export function sessionStartValue(
  params: readonly (readonly [string, HyperparameterValue])[],
  wallTime: number,
): Uint8Array {
  const entries = params.map(([name, value]) => bytesField(1, textField(1, name), bytesField(2, jsonValue(value))))
  return hparamsValue('session_start_info', bytesField(3, ...entries, doubleField(5, wallTime)))
}

/** How the run ended. */
export function sessionEndValue(status: RunStatus, wallTime: number): Uint8Array {
  const [success, failure] = [1, 2]
  const code = status === 'success' ? success! : failure!
  return hparamsValue('session_end_info', bytesField(4, intField(1, code), doubleField(2, wallTime)))
}

function hparamsValue(name: string, data: Uint8Array): Uint8Array {
  const version = intField(1, 0)
  return joined(textField(1, `_hparams_/${name}`), metadata('hparams', joined(version, data)))
}

function metadata(plugin: string, content: Uint8Array): Uint8Array {
  return bytesField(9, bytesField(1, textField(1, plugin), bytesField(2, content)))
}

/** `google.protobuf.Value` */
function jsonValue(value: HyperparameterValue): Uint8Array {
  if (typeof value === 'number') return doubleField(2, value)
  if (typeof value === 'boolean') return intField(4, value ? 1 : 0)
  return textField(3, value)
}
