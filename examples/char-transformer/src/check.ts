// `pnpm check`: what a character model promises, before and after a brief training on the CPU backend.
import { charDatasets, DataLoader, manualSeed, noGrad, Trainer, tensor, useAccelerator } from '@voltaic/core'
import { chooseBackend } from '@voltaic/example-backends'
import type { CharTransformer } from './char-transformer.ts'
import { sampleText } from './sample.ts'
import { loadText } from './text.ts'
import { makeModel, quick, size, train } from './train.ts'

const seed = 0
// Which character follows which, and nothing more, leaves 2.6 nats. A model that sees what it predicts ends far below 1.
const heldOutLosses = { least: 1, greatest: 2.4 }

const text = await loadText(undefined)
const accelerator = await chooseBackend('cpu', { threads: 2 })
await checkFirstLoss()
const { model, vocabulary, heldOutLoss } = await train({ ...quick, accelerator, text, seed })
console.log(`held-out loss ${heldOutLoss.toFixed(3)} nats a character`)
if (!(heldOutLoss > heldOutLosses.least && heldOutLoss < heldOutLosses.greatest))
  fail(`held-out loss: between ${heldOutLosses.least} and ${heldOutLosses.greatest} nats, got ${heldOutLoss}`)
await useAccelerator(accelerator)
await checkCausality()
await checkSampling()

/** Untrained, all characters are about equally likely. */
async function checkFirstLoss(): Promise<void> {
  const { vocabulary, heldOut } = charDatasets(text, { blockSize: size.blockSize })
  manualSeed(seed)
  const untrained = makeModel(vocabulary, quick.epochs)
  const trainer = new Trainer({ accelerator, enableProgressBar: false })
  const first = (await trainer.validate(untrained, new DataLoader(heldOut, { batchSize: 16 })))['held-out']!
  const uniform = Math.log(vocabulary.size)
  console.log(`untrained ${first.toFixed(3)} nats a character, ln ${vocabulary.size} = ${uniform.toFixed(3)}`)
  if (!(Math.abs(first - uniform) < 0.2)) fail(`untrained: about ${uniform} nats, got ${first}`)
}

/** Other characters from some place on change the scores there, and none before. */
async function checkCausality(): Promise<void> {
  const place = 40
  const characters = vocabulary.encode(text).subarray(0, size.blockSize)
  const others = characters.map((character, i) => (i < place ? character : characters[i - place]!))
  const [scores, otherScores] = [await scoresOf(model, characters), await scoresOf(model, others)]
  const changes = scores.map((row, i) => Math.max(...row.map((score, j) => Math.abs(score - otherScores[i]![j]!))))
  const [earlier, later] = [Math.max(...changes.slice(0, place)), Math.max(...changes.slice(place))]
  if (!(earlier <= 1e-4)) fail(`causality: characters change no score before them, got a change of ${earlier}`)
  if (!(later > 0.1)) fail(`causality: characters change the scores from them on, got a change of ${later}`)
}

async function scoresOf(model: CharTransformer, characters: Int32Array<ArrayBuffer>): Promise<number[][]> {
  model.eval()
  const scores = noGrad(() => model.forward(tensor(characters).unsqueeze(0)).squeeze(0))
  return (await scores.array()) as number[][]
}

/** A seed's text is always the same, whatever its length one executable writes it, and another seed's differs. */
async function checkSampling(): Promise<void> {
  const options = { prompt: '# ', length: 100, temperature: 0.8, seed }
  await written({ ...options, length: 1 })
  const { compiles } = accelerator.stats()
  const [sample, again] = [await written(options), await written(options)]
  console.log(`# ${sample}`)
  if (accelerator.stats().compiles > compiles)
    fail(`sampling: one executable, got ${accelerator.stats().compiles - compiles} more`)
  if ([...sample].length !== options.length) fail(`sampling: ${options.length} characters, got ${[...sample].length}`)
  if (sample !== again) fail(`sampling: the same text from the same seed, got ${sample} and ${again}`)
  if (sample === (await written({ ...options, seed: seed + 1 }))) fail('sampling: two seeds give the same text')
}

async function written(options: Parameters<typeof sampleText>[2]): Promise<string> {
  let characters = ''
  for await (const character of sampleText(model, vocabulary, options)) characters += character
  return characters
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
