import { appendFileSync } from 'node:fs'

/** Numbers one after the other; where it was opened and closed is written to a file. */
export function dataset(log: string) {
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (let i = 0; i < 11; i++) yield i
      } finally {
        appendFileSync(log, 'closed\n')
      }
    },
  }
}
