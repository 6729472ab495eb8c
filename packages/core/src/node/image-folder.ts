import { fileURLToPath } from 'node:url'
import { checkIndex, type Dataset } from '../data/dataset.ts'
import { DataError, MisconfigurationError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { type HostTensor, hostTensor } from '../graph/host-tensor.ts'
import { type ClassFolders, type LabelledFile, readClassFolders } from './class-folders.ts'
import { type DecodedImage, type ImageDecoder, type ImageSize, sharpDecoder } from './image-decoder.ts'
import { type PixelFormat, planar } from './image-pixels.ts'

/** How `imageFolder` reads images. */
export interface ImageFolderOptions {
  /** Height and width to which images are brought, or one number for both; default: they all have the same already. */
  readonly size?: number | readonly [number, number]
  /** With `size`: stretch the image, or scale it to cover the size and cut what is beside; default `'fill'`, which stretches. */
  readonly fit?: 'fill' | 'cover'
  /** 1 for luma (ITU-R 601), 3 for red, green and blue, 4 with alpha; default 3. */
  readonly channels?: 1 | 3 | 4
  /** float32 from 0 to 1, or uint8 from 0 to 255; default float32. */
  readonly dtype?: 'float32' | 'uint8'
  /** Endings of the files that count, in capitals or not; default: those of PNG, JPEG, WebP and TIFF. */
  readonly extensions?: readonly string[]
  /** Default: the package `sharp`. */
  readonly decoder?: ImageDecoder
}

/** A sample of an `ImageFolder`. */
export interface LabelledImage {
  /** `[channels, height, width]` */
  readonly image: HostTensor
  /** int32 `[]`: the place of the folder's name among the classes. */
  readonly label: HostTensor
}

const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff']

/** How many headers are read at a time. */
const headersAtOnce = 16

/**
 * The images below `root`, a folder for each class: torchvision's `ImageFolder` with `ToTensor`.
 *
 * ```
 * root/cat/1.png  root/cat/more/2.jpg  root/dog/3.png
 * ```
 *
 * Classes are the names of the folders, sorted. Images are decoded when they are asked for. Without `size` the header of each
 * is read before, so that images which cannot make a batch are found at once.
 *
 * @throws DataError when `root` is no folder, there is no class, a class has no image, or a header cannot be read, and later
 * when an image cannot be decoded; it names the path
 * @throws ShapeError when images have different sizes and there is no `size`
 * @throws OutOfRangeError, MisconfigurationError when an option is none of those that there are
 * @throws MissingDependencyError when `sharp` is not installed and there is no `decoder`
 */
export async function imageFolder(root: string | URL, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const { fit = 'fill', channels = 3, dtype = 'float32', extensions = imageExtensions } = options
  checkOptions({ fit, channels, dtype })
  const size = options.size === undefined ? undefined : sizeFrom(options.size)
  const endings = extensions.map((extension) => extension.toLowerCase())
  const folders = await readClassFolders('imageFolder', root instanceof URL ? fileURLToPath(root) : root, (name) =>
    endings.some((ending) => name.toLowerCase().endsWith(ending)),
  )
  const decoder = options.decoder ?? (await sharpDecoder('imageFolder'))
  if (size === undefined) await checkSameSize(folders.files, decoder)
  return new ImageFolder(folders, { decoder, size, fit, format: { channels, dtype } })
}

interface Decoding {
  readonly decoder: ImageDecoder
  readonly size: ImageSize | undefined
  readonly fit: 'fill' | 'cover'
  readonly format: PixelFormat
}

/** What `imageFolder` returns: images and their classes, decoded when they are asked for. */
export class ImageFolder implements Dataset<LabelledImage> {
  readonly classes: readonly string[]
  readonly classToIdx: Readonly<Record<string, number>>
  /** Path and class of every image. */
  readonly samples: readonly LabelledFile[]
  readonly #decoding: Decoding

  /** Made by `imageFolder`. */
  constructor({ classes, files }: ClassFolders, decoding: Decoding) {
    this.classes = classes
    this.classToIdx = Object.fromEntries(classes.map((name, label) => [name, label]))
    this.samples = files
    this.#decoding = decoding
  }

  get length(): number {
    return this.samples.length
  }

  async get(index: number): Promise<LabelledImage> {
    checkIndex('ImageFolder', index, this.length)
    const { path, label } = this.samples[index]!
    const { decoder, size, fit, format } = this.#decoding
    const decoded = await reading(path, () =>
      decoder.decode(path, { size, fit, channels: format.channels === 4 ? 4 : 3 }),
    )
    checkDecoded(path, decoded, format)
    return { image: planar(decoded, format), label: hostTensor(Int32Array.of(label), []) }
  }
}

async function checkSameSize(files: readonly LabelledFile[], decoder: ImageDecoder): Promise<void> {
  const sizeOf = async ({ path }: LabelledFile) => ({ path, ...(await reading(path, () => decoder.sizeOf(path))) })
  const first = await sizeOf(files[0]!)
  for (let start = 1; start < files.length; start += headersAtOnce) {
    for (const other of await Promise.all(files.slice(start, start + headersAtOnce).map(sizeOf))) {
      if (other.width === first.width && other.height === first.height) continue
      throw new ShapeError(
        `imageFolder: images differ in height and width, got ${first.height} by ${first.width} in ${first.path} ` +
          `and ${other.height} by ${other.width} in ${other.path}; pass size`,
      )
    }
  }
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    throw new DataError(`imageFolder: cannot read the image ${path}, got "${got}"; replace or remove it`, {
      cause: error,
    })
  }
}

function checkDecoded(path: string, { data, width, height, channels }: DecodedImage, format: PixelFormat): void {
  if (channels >= format.channels && data.length === width * height * channels) return
  throw new DataError(
    `imageFolder: the decoder's pixels of ${path} do not fit, ` +
      `got ${data.length} bytes for ${height} by ${width} pixels of ${channels} channels`,
  )
}

function checkOptions({ fit, channels, dtype }: PixelFormat & { readonly fit: string }): void {
  if (![1, 3, 4].includes(channels)) {
    throw new OutOfRangeError(`imageFolder: an image has 1, 3 or 4 channels, got ${channels}`)
  }
  if (fit !== 'fill' && fit !== 'cover') {
    throw new MisconfigurationError(`imageFolder: an image fits by 'fill' or 'cover', got ${fit}`)
  }
  if (dtype !== 'float32' && dtype !== 'uint8') {
    throw new MisconfigurationError(`imageFolder: pixels are float32 or uint8, got ${dtype}`)
  }
}

function sizeFrom(size: number | readonly [number, number]): ImageSize {
  const [height, width] = typeof size === 'number' ? [size, size] : size
  for (const dimension of [height, width]) {
    if (Number.isSafeInteger(dimension) && dimension >= 1) continue
    throw new OutOfRangeError(`imageFolder: a size is a whole number ≥ 1, got ${dimension}`)
  }
  return { height, width }
}
