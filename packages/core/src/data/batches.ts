/** Where batches come from: anything that can be iterated once an epoch, a DataLoader say. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>
