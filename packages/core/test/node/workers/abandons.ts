/* A program that takes a batch of two loaders, and neither goes on nor stops. */
import '../../support/typescript-threads.ts'
import { DataLoader } from '../../../src/data/data-loader.ts'
import { nodeWorkers } from '../../../src/node/node-workers.ts'
import type { Batch } from './made.ts'

const dataset = { length: 1000, get: (index: number) => index }
for (const persistent of [false, true]) {
  const workers = nodeWorkers(new URL('./made.ts', import.meta.url), { data: { length: 1000 }, persistent })
  const batches = new DataLoader<number, Batch>(dataset, { batchSize: 3, workers })[Symbol.asyncIterator]()
  process.stdout.write(JSON.stringify((await batches.next()).value?.samples))
}
