import { recording } from '../graph/record.ts'
import { realm } from './realm.ts'

/**
 * Runs `fn` looking for NaNs: every graph runs node by node, and the first op that makes one is named with the line that
 * recorded it. Slow: for finding a fault, not for training.
 *
 * @throws AnomalyError from the flush that makes a NaN
 */
export function detectAnomaly<T>(fn: () => Promise<T>): Promise<T> {
  return withAnomalyDetection(true, fn)
}

/** Runs `fn` with anomaly detection on or as it is. */
export async function withAnomalyDetection<T>(enabled: boolean, fn: () => Promise<T>): Promise<T> {
  if (!enabled) return fn()
  const before = [realm.detectAnomaly, recording.captureOrigins] as const
  realm.detectAnomaly = true
  recording.captureOrigins = true
  try {
    return await fn()
  } finally {
    realm.detectAnomaly = before[0]
    recording.captureOrigins = before[1]
  }
}
