import { CharVocabulary, useAccelerator } from '@voltaic/core'
import { chooseBackend } from '@voltaic/example-backends'
import { readArguments } from './arguments.ts'
import { sampleText } from './sample.ts'
import { loadText } from './text.ts'
import { train } from './train.ts'

async function main(): Promise<void> {
  const { backend, allowCpu, threads, precision, epochs, seed, sample, temperature, ...given } = readArguments()
  const accelerator = await chooseBackend(backend, { allowCpu, ...(threads === undefined ? {} : { threads }) })
  const text = await loadText(given.text)
  const prompt = given.prompt ?? [...text][0]!
  // Before the training: a character that the text lacks is an error.
  new CharVocabulary(text).encode(prompt)
  const { model, vocabulary, heldOutLoss } = await train({ accelerator, precision, text, epochs, seed })

  await useAccelerator(accelerator)
  process.stdout.write(`\n${prompt}`)
  const options = { prompt, length: sample, temperature, seed }
  for await (const character of sampleText(model, vocabulary, options)) process.stdout.write(character)
  console.log(`\n\nheld-out loss ${heldOutLoss.toFixed(3)} nats a character`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
