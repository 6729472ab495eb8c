import {
  AdamW,
  crossEntropy,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  normal,
  type OptimizerConfig,
  type Tensor,
  TrainingModule,
  WarmupCosineLR,
} from '@voltaic/core'
import { type BlockOptions, TransformerBlock } from './transformer-block.ts'

export interface Batch {
  /** Characters, int32 `[n, length]`. */
  readonly input: Tensor
  /** The character that follows each of `input`. */
  readonly target: Tensor
}

export interface CharTransformerOptions extends BlockOptions {
  /** Characters there are. */
  readonly vocabularySize: number
  readonly layers: number
  /** The largest learning rate. */
  readonly lr: number
  /** Of a learning rate that rises in a line, and falls along half a cosine wave to a twentieth. */
  readonly schedule: { readonly warmupSteps: number; readonly totalSteps: number }
}

/** Predicts each character of a text from those before it. */
export class CharTransformer extends TrainingModule<Batch> {
  readonly embedding: Embedding
  readonly dropout: Dropout
  readonly blocks: readonly TransformerBlock[]
  readonly norm: LayerNorm
  readonly head: Linear
  /** The most characters it looks at. */
  readonly blockSize: number
  readonly #options: CharTransformerOptions

  constructor(options: CharTransformerOptions) {
    super()
    const { vocabularySize, width, layers, dropout, blockSize } = options
    this.embedding = new Embedding(vocabularySize, width)
    this.dropout = new Dropout(dropout)
    this.blocks = Array.from({ length: layers }, () => new TransformerBlock(options))
    this.norm = new LayerNorm(width)
    this.head = new Linear(width, vocabularySize, { bias: false })
    this.blockSize = blockSize
    this.#options = options
    // What a character is like and what speaks for it are one table. Small at first: all characters begin equally likely.
    this.embedding.weight.assign(normal([vocabularySize, width], 0, 0.02))
    this.head.weight = this.embedding.weight
  }

  /**
   * @param characters - `[n, length]`, at most `blockSize` long
   * @returns scores of what comes next, `[n, length, vocabularySize]`
   */
  forward(characters: Tensor): Tensor {
    const embedded = this.dropout.forward(this.embedding.forward(characters))
    const x = this.blocks.reduce((x, block) => block.forward(x), embedded)
    return this.head.forward(this.norm.forward(x))
  }

  override trainingStep(batch: Batch): Tensor {
    const loss = this.#loss(batch)
    this.log('loss', loss, { progBar: true })
    return loss
  }

  override validationStep(batch: Batch): void {
    this.log('held-out', this.#loss(batch), { progBar: true })
  }

  override configureOptimizers(): OptimizerConfig {
    const { lr, schedule } = this.#options
    const optimizer = new AdamW(this.parameters(), { lr, betas: [0.9, 0.99] })
    const scheduler = new WarmupCosineLR(optimizer, {
      ...schedule,
      startFactor: 1 / schedule.warmupSteps,
      etaMin: lr / 20,
    })
    return { optimizer, lrScheduler: { scheduler, interval: 'step' } }
  }

  /** Mean cross-entropy in nats a character. */
  #loss({ input, target }: Batch): Tensor {
    return crossEntropy(this.forward(input).flatten(0, 1), target.flatten())
  }
}
