export { type IndexWords, int32Indices } from '../../tensor/indices.ts'
