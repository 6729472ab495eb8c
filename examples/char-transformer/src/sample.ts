import { type CharVocabulary, Generator, multinomial, noGrad, softmax, type Tensor, tensor } from '@voltaic/core'
import type { CharTransformer } from './char-transformer.ts'

export interface SampleOptions {
  /** What the text begins with: at least one character, all of the vocabulary. */
  readonly prompt: string
  /** Characters to add. */
  readonly length: number
  /** Below 1 the likely characters become likelier, above 1 the others do; at 0 the likeliest is taken. */
  readonly temperature: number
  readonly seed: number
}

/** The characters with which a trained model goes on after a prompt, one by one. */
export async function* sampleText(
  model: CharTransformer,
  vocabulary: CharVocabulary,
  { prompt, length, temperature, seed }: SampleOptions,
): AsyncGenerator<string> {
  const generator = new Generator(seed)
  const text = [...vocabulary.encode(prompt)]
  model.eval()
  for (let i = 0; i < length; i++) {
    const next = await noGrad(() => choose(nextScores(model, text), temperature, generator)).item()
    text.push(next)
    yield vocabulary.decode([next])
  }
}

/** Scores of the character after `text`, `[1, vocabularySize]`. */
function nextScores(model: CharTransformer, text: readonly number[]): Tensor {
  // The window is always full, so that one executable serves every length. What stands behind the text is not seen from it.
  const window = new Int32Array(model.blockSize)
  const seen = text.slice(-model.blockSize)
  window.set(seen)
  const scores = model.forward(tensor(window).unsqueeze(0)).squeeze(0)
  return scores.indexSelect(0, tensor(Int32Array.of(seen.length - 1)))
}

function choose(scores: Tensor, temperature: number, generator: Generator): Tensor {
  return temperature === 0 ? scores.argmax(-1) : multinomial(softmax(scores.div(temperature), -1), 1, { generator })
}
