import { byKey } from './by-key.ts'
import { compose } from './compose.ts'
import { convertImageDtype } from './convert-image-dtype.ts'
import { normalize } from './normalize.ts'
import { oneHot } from './one-hot.ts'
import { randomCrop } from './random-crop.ts'
import { randomHorizontalFlip, randomVerticalFlip } from './random-flip.ts'

/**
 * What can be done to samples on the host, under one name as in torchvision: some have a namesake among the functions of
 * tensors. Each is a factory of a `Transform`, for a `TransformedDataset`.
 */
export const transforms: {
  readonly byKey: typeof byKey
  readonly compose: typeof compose
  readonly convertImageDtype: typeof convertImageDtype
  readonly normalize: typeof normalize
  readonly oneHot: typeof oneHot
  readonly randomCrop: typeof randomCrop
  readonly randomHorizontalFlip: typeof randomHorizontalFlip
  readonly randomVerticalFlip: typeof randomVerticalFlip
} = {
  byKey,
  compose,
  convertImageDtype,
  normalize,
  oneHot,
  randomCrop,
  randomHorizontalFlip,
  randomVerticalFlip,
}
