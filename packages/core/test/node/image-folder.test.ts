import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { DataLoader } from '../../src/data/data-loader.ts'
import {
  DataError,
  MisconfigurationError,
  MissingDependencyError,
  OutOfRangeError,
  ShapeError,
} from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { type ImageDecoder, imageFolder } from '../../src/node/index.ts'
import { collect } from '../data/collect.ts'
import { tempFolder } from './temp-files.ts'

const parent = tempFolder()
let root = ''
let folders = 0

beforeEach(async () => {
  root = join(parent(), `root-${folders++}`)
  await mkdir(root)
})

async function write(name: string, content: string | Uint8Array): Promise<void> {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

/** An image file of raw pixels. */
function image(pixels: readonly number[], width: number, channels: 1 | 3 | 4, format: 'png' | 'jpeg' = 'png') {
  const raw = { width, height: pixels.length / width / channels, channels } as const
  return sharp(Uint8Array.from(pixels), { raw }).toFormat(format).toBuffer()
}

const red = [255, 0, 0]
const green = [0, 255, 0]
const blue = [0, 0, 255]
const grey = [51, 51, 51]

describe('imageFolder', () => {
  test('has a class for each folder, sorted, and the images below it in order', async () => {
    const pixel = await image(red, 1, 3)
    for (const name of ['dog/b.png', 'dog/a.PNG', 'cat/z/1.png', 'cat/y.png', 'Zebra/1.png']) await write(name, pixel)
    await write('cat/notes.txt', 'not an image')
    await write('readme.png', 'not in a folder of a class')
    const dataset = await imageFolder(root)
    expect(dataset.classes).toEqual(['Zebra', 'cat', 'dog'])
    expect(dataset.classToIdx).toEqual({ Zebra: 0, cat: 1, dog: 2 })
    expect(dataset.length).toBe(5)
    expect(dataset.samples).toEqual(
      [
        ['Zebra/1.png', 0],
        ['cat/y.png', 1],
        ['cat/z/1.png', 1],
        ['dog/a.PNG', 2],
        ['dog/b.png', 2],
      ].map(([path, label]) => ({ path: join(root, String(path)), label })),
    )
    expect((await dataset.get(3)).label).toEqual(hostTensor(Int32Array.of(2), []))
    expect((await imageFolder(pathToFileURL(root))).length).toBe(5)
  })

  test('decodes to channels, height and width, from 0 to 1', async () => {
    await write('a/1.png', await image([...red, ...green, ...blue, ...grey, ...red, ...red], 3, 3))
    const dataset = await imageFolder(root)
    expect((await dataset.get(0)).image).toEqual(
      hostTensor(Float32Array.of(1, 0, 0, 0.2, 1, 1, 0, 1, 0, 0.2, 0, 0, 0, 0, 1, 0.2, 0, 0), [3, 2, 3]),
    )
    const bytes = await imageFolder(root, { dtype: 'uint8' })
    expect((await bytes.get(0)).image).toEqual(
      hostTensor(Uint8Array.of(255, 0, 0, 51, 255, 255, 0, 255, 0, 51, 0, 0, 0, 0, 255, 51, 0, 0), [3, 2, 3]),
    )
  })

  test('decodes JPEG', async () => {
    await write(
      'a/1.jpg',
      await image(
        Array.from({ length: 8 * 16 * 3 }, (_, i) => grey[i % 3]!),
        16,
        3,
        'jpeg',
      ),
    )
    const { image: tensor } = await (await imageFolder(root, { dtype: 'uint8' })).get(0)
    expect(tensor).toEqual(hostTensor(new Uint8Array(3 * 8 * 16).fill(51), [3, 8, 16]))
  })

  // Luma as Pillow 9.4 converts these colours to mode L.
  test.each([
    ['one channel of colours', 1, [...red, ...green, ...blue, 10, 20, 30], 3, [76, 150, 29, 18]],
    ['one channel of grey', 1, [0, 100, 200, 255], 1, [0, 100, 200, 255]],
    ['three channels of grey', 3, [0, 100, 200, 255], 1, [0, 100, 200, 255, 0, 100, 200, 255, 0, 100, 200, 255]],
    ['three channels, without the alpha there is', 3, [1, 2, 3, 0, 4, 5, 6, 9], 4, [1, 4, 2, 5, 3, 6]],
    ['four channels', 4, [1, 2, 3, 100, 4, 5, 6, 9], 4, [1, 4, 2, 5, 3, 6, 100, 9]],
    ['four channels of what has no alpha', 4, [1, 2, 3], 3, [1, 2, 3, 255]],
  ] as const)('takes %s', async (_, channels, pixels, own, expected) => {
    await write('a/1.png', await image(pixels, pixels.length / own, own))
    const dataset = await imageFolder(root, { channels, dtype: 'uint8' })
    expect((await dataset.get(0)).image).toEqual(
      hostTensor(Uint8Array.from(expected), [channels, 1, pixels.length / own]),
    )
  })

  test('brings images to one size, stretched or cut', async () => {
    // Left half red, the rest blue, twice as wide as high.
    const wide = Array.from({ length: 8 * 16 }, (_, i) => (i % 16 < 4 ? red : blue)).flat()
    await write('a/1.png', await image(wide, 16, 3))
    await write('a/2.png', await image(red, 1, 3))
    const redOf = async (options: Parameters<typeof imageFolder>[1]) => {
      const { image: tensor } = await (await imageFolder(root, { dtype: 'uint8', ...options })).get(0)
      return { shape: tensor.shape, red: [...tensor.data.subarray(0, tensor.shape[2])] }
    }
    // Triangles that reach 4 pixels to each side of 2, 6, 10 and 14: the first two see red.
    const stretched = await redOf({ size: 4 })
    expect(stretched).toMatchObject({ shape: [3, 4, 4], red: [expect.any(Number), expect.any(Number), 0, 0] })
    expect(stretched.red[0]).toBeGreaterThan(200)
    expect(stretched.red[1]).toBeLessThan(55)
    expect(await redOf({ size: [4, 8] })).toMatchObject({ shape: [3, 4, 8] })
    // What covers 4 by 4 is scaled to 4 by 8, and loses the red columns at its left.
    expect((await redOf({ size: 4, fit: 'cover' })).red.slice(1)).toEqual([0, 0, 0])
    const [batch] = await collect(new DataLoader(await imageFolder(root, { size: 2 }), { batchSize: 2 }))
    expect(batch!.image.shape).toEqual([2, 3, 2, 2])
  })

  test('images of different sizes are refused at once, naming two of them', async () => {
    await write('a/1.png', await image(red, 1, 3))
    for (let i = 0; i < 20; i++) await write(`b/${i + 10}.png`, await image(red, 1, 3))
    await write('b/big.png', await image([...red, ...red], 2, 3))
    await expect(imageFolder(root)).rejects.toThrow(ShapeError)
    await expect(imageFolder(root)).rejects.toThrow(
      `got 1 by 1 in ${join(root, 'a/1.png')} and 1 by 2 in ${join(root, 'b/big.png')}; pass size`,
    )
  })

  test('a file that is no image is refused with its path: at once, or when it is asked for', async () => {
    await write('a/1.png', await image(red, 1, 3))
    await write('a/2.png', 'this is text')
    await expect(imageFolder(root)).rejects.toThrow(DataError)
    await expect(imageFolder(root)).rejects.toThrow(
      `imageFolder: cannot read the image ${join(root, 'a/2.png')}, got "`,
    )
    const dataset = await imageFolder(root, { size: 1 })
    await expect(dataset.get(1)).rejects.toThrow(DataError)
    await expect(dataset.get(1)).rejects.toThrow(join(root, 'a/2.png'))
  })

  test.each(['png', 'jpeg'] as const)('a truncated %s is refused when it is decoded', async (format) => {
    const noise = Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256)
    const file = await image(noise, 64, 3, format)
    await write(`a/1.${format}`, file.subarray(0, file.length / 2))
    const dataset = await imageFolder(root, { size: 64 })
    await expect(dataset.get(0)).rejects.toThrow(DataError)
    await expect(dataset.get(0)).rejects.toThrow(join(root, `a/1.${format}`))
  })

  test('what is no folder is refused, and a folder without classes or images', async () => {
    await write('a.png', await image(red, 1, 3))
    await expect(imageFolder(join(root, 'missing'))).rejects.toThrow(`cannot list ${join(root, 'missing')}`)
    await expect(imageFolder(join(root, 'a.png'))).rejects.toThrow(DataError)
    await expect(imageFolder(root)).rejects.toThrow(`imageFolder: no classes, got no folder in ${root}`)
    await mkdir(join(root, 'cat'))
    await expect(imageFolder(root)).rejects.toThrow(`a class has no image, got none in ${join(root, 'cat')}`)
  })

  test('follows links to folders', async () => {
    await write('real/1.png', await image(red, 1, 3))
    await symlink(join(root, 'real'), join(root, 'alias'), 'dir')
    expect((await imageFolder(root)).classes).toEqual(['alias', 'real'])
  })

  test('takes other endings', async () => {
    await write('a/1.gif', await image(red, 1, 3))
    await write('a/2.png', await image(red, 1, 3))
    expect((await imageFolder(root, { extensions: ['.GIF'] })).samples).toEqual([
      { path: join(root, 'a/1.gif'), label: 0 },
    ])
  })

  test.each([
    [{ size: 0 }, OutOfRangeError],
    [{ size: [2, 1.5] }, OutOfRangeError],
    [{ size: Number.NaN }, OutOfRangeError],
    [{ channels: 2 }, OutOfRangeError],
    [{ fit: 'contain' }, MisconfigurationError],
    [{ dtype: 'float64' }, MisconfigurationError],
  ])('refuses the options %j', async (options, type) => {
    await expect(imageFolder(root, options as object)).rejects.toThrow(type)
  })

  test('an index that is none is refused', async () => {
    await write('a/1.png', await image(red, 1, 3))
    const dataset = await imageFolder(root)
    await expect(dataset.get(1)).rejects.toThrow(OutOfRangeError)
  })

  test('without sharp says what to install', async () => {
    vi.doMock('sharp', () => {
      throw new Error('no such package')
    })
    await write('a/1.png', '')
    await expect(imageFolder(root)).rejects.toThrow(MissingDependencyError)
    await expect(imageFolder(root)).rejects.toThrow('imageFolder: cannot load sharp; install it or pass { decoder }')
    vi.doUnmock('sharp')
  })
})

describe("a decoder of one's own", () => {
  const decoder: ImageDecoder = {
    sizeOf: async () => ({ width: 1, height: 1 }),
    decode: async () => ({ data: Uint8Array.of(1, 2, 3), width: 1, height: 1, channels: 3 }),
  }

  test('takes the place of sharp', async () => {
    await write('a/1.png', '')
    const dataset = await imageFolder(root, { decoder, dtype: 'uint8' })
    expect((await dataset.get(0)).image).toEqual(hostTensor(Uint8Array.of(1, 2, 3), [3, 1, 1]))
  })

  test('that gives too few pixels or channels is an error', async () => {
    await write('a/1.png', '')
    const cut: ImageDecoder = {
      ...decoder,
      decode: async () => ({ data: new Uint8Array(5), width: 1, height: 2, channels: 3 }),
    }
    await expect((await imageFolder(root, { decoder: cut })).get(0)).rejects.toThrow(DataError)
    await expect((await imageFolder(root, { decoder, channels: 4 })).get(0)).rejects.toThrow(
      'got 3 bytes for 1 by 1 pixels of 3 channels',
    )
  })
})
