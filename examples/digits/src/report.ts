import type { Dataset } from '@voltaic/core'
import type { Digit } from './digits.ts'
import { confusionMatrix, drawImages, formatConfusion } from './terminal.ts'
import type { TrainResult } from './train.ts'

const mostDrawn = 4

/** What the classifier made of the held-out digits: the confusion matrix, and a few that it misread. */
export async function formatReport({ test, readings }: TrainResult): Promise<string> {
  const digits = await allOf(test)
  const labels = digits.map(({ label }) => label.data[0] as number)
  const misread = digits.flatMap(({ image }, i) => {
    const caption = `read ${readings[i]}, is ${labels[i]}`
    return readings[i] === labels[i] ? [] : [{ pixels: image.data as Float32Array, caption }]
  })
  const matrix = formatConfusion(confusionMatrix(labels, readings))
  const title = `${misread.length} of ${digits.length} held-out digits misread`
  return [matrix, title, drawImages(misread.slice(0, mostDrawn))].filter((part) => part !== '').join('\n\n')
}

function allOf(dataset: Dataset<Digit>): Promise<Digit[]> {
  return Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.get(i)))
}
