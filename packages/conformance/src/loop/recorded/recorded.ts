import type { RecordedTrace } from '../recorded-trace.ts'
import more from './more-traces.json' with { type: 'json' }
import precision from './precision-traces.json' with { type: 'json' }
import traces from './traces.json' with { type: 'json' }
import trainer from './trainer-traces.json' with { type: 'json' }

/**
 * Recorded runs by the names of their scenarios: of PyTorch 1.13.1 with Lightning 2.2.5, and 1.5.10 where several optimizers
 * are automatic; those of more-traces.json of PyTorch 2.13 with Lightning 2.6.6.
 */
export const recordedTraces: Readonly<Record<string, RecordedTrace>> = {
  ...(more.traces as unknown as Readonly<Record<string, RecordedTrace>>),
  ...(precision.traces as unknown as Readonly<Record<string, RecordedTrace>>),
  ...(trainer.traces as unknown as Readonly<Record<string, RecordedTrace>>),
  ...(traces.traces as unknown as Readonly<Record<string, RecordedTrace>>),
}
