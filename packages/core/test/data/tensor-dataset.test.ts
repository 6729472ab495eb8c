import { describe, expect, test } from 'vitest'
import { Subset } from '../../src/data/subset.ts'
import { TensorDataset } from '../../src/data/tensor-dataset.ts'
import { OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'

const pixels = Float32Array.from({ length: 12 }, (_, i) => i)

function dataset(): TensorDataset<'image' | 'label'> {
  return new TensorDataset({ image: hostTensor(pixels, [3, 2, 2]), label: Int32Array.of(7, 8, 9) })
}

describe('TensorDataset', () => {
  test('a sample is a view on a row of each column', () => {
    const { image, label } = dataset().get(1)
    expect(image).toEqual(hostTensor(Float32Array.of(4, 5, 6, 7), [2, 2]))
    expect(label).toEqual(hostTensor(Int32Array.of(8), []))
    expect(image.data.buffer).toBe(pixels.buffer)
  })

  test('gathers rows in the order asked for, into memory of their own', () => {
    const { image, label } = dataset().gather([2, 0, 2])
    expect(image).toEqual(hostTensor(Float32Array.of(8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11), [3, 2, 2]))
    expect(label).toEqual(hostTensor(Int32Array.of(9, 7, 9)))
    expect(image.data.buffer).not.toBe(pixels.buffer)
  })

  test('gathers long rows as it does short ones', () => {
    const long = hostTensor(
      Float64Array.from({ length: 300 }, (_, i) => i),
      [3, 100],
    )
    const { x } = new TensorDataset({ x: long }).gather([1])
    expect(x).toEqual(hostTensor(long.data.slice(100, 200), [1, 100]))
  })

  test('may be empty', () => {
    expect(new TensorDataset({ x: new Float32Array(0) }).length).toBe(0)
  })

  test.each([-1, 3, 0.5, Number.NaN])('there is no sample %s', (index) => {
    expect(() => dataset().get(index)).toThrow(OutOfRangeError)
    expect(() => dataset().gather([0, index])).toThrow(`TensorDataset: no such sample among 3, got ${index}`)
  })

  test('refuses columns of different length, 0-d columns and none at all', () => {
    expect(() => new TensorDataset({ a: new Float32Array(2), b: hostTensor(new Float32Array(6), [3, 2]) })).toThrow(
      'TensorDataset: columns differ in their first dimension, got a [2] and b [3, 2]',
    )
    expect(() => new TensorDataset({ a: hostTensor(Float32Array.of(1), []) })).toThrow(ShapeError)
    expect(() => new TensorDataset({})).toThrow(ShapeError)
  })
})

describe('Subset', () => {
  test('shows samples of another dataset, in its own order', () => {
    const subset = new Subset(dataset(), [2, 0])
    expect(subset.length).toBe(2)
    expect(subset.get(0)).toEqual(dataset().get(2))
    expect(subset.gather?.([1, 0])).toEqual(dataset().gather([0, 2]))
  })

  test('of a subset still gathers from the first dataset', () => {
    const subset = new Subset(new Subset(dataset(), [2, 1, 0]), [0, 1])
    expect(subset.gather?.([0, 1])).toEqual(dataset().gather([2, 1]))
  })

  test('of a dataset that cannot gather cannot either', () => {
    expect(new Subset({ length: 2, get: (i) => i }, [1]).gather).toBeUndefined()
  })

  test('refuses indices outside the dataset, its own included', () => {
    expect(() => new Subset(dataset(), [3])).toThrow('Subset: no such sample among 3, got 3')
    expect(() => new Subset(dataset(), [0]).get(1)).toThrow(OutOfRangeError)
    expect(() => new Subset(dataset(), [0]).gather?.([1])).toThrow(OutOfRangeError)
  })
})
