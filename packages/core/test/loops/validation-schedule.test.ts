import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { ValidationSchedule, type ValidationTimes } from '../../src/loops/validation-schedule.ts'

/** Batches after which `epochs` of `batches` validate, numbered through. */
function due(times: Partial<ValidationTimes>, batches: number, epochs: number): number[] {
  const schedule = new ValidationSchedule({ valCheckInterval: null, checkValEveryNEpoch: 1, ...times }, batches)
  const found: number[] = []
  for (let batchesSeen = 1; batchesSeen <= batches * epochs; batchesSeen++) {
    const epoch = Math.floor((batchesSeen - 1) / batches)
    const batchIdx = (batchesSeen - 1) % batches
    const place = { epoch, batchIdx, batchesSeen, isLast: batchIdx === batches - 1 }
    if (schedule.hasAny(epoch) && schedule.isDue(place)) found.push(batchesSeen)
  }
  return found
}

test.for<[Partial<ValidationTimes>, number[]]>([
  [{}, [5, 10, 15, 20]],
  [{ valCheckInterval: 0.5 }, [2, 4, 7, 9, 12, 14, 17, 19]],
  [{ valCheckInterval: 0.01 }, Array.from({ length: 20 }, (_, i) => i + 1)],
  [{ valCheckInterval: 1 }, Array.from({ length: 20 }, (_, i) => i + 1)],
  [{ valCheckInterval: 3 }, [3, 8, 13, 18]],
  [{ valCheckInterval: 5 }, [5, 10, 15, 20]],
  [{ checkValEveryNEpoch: 2 }, [10, 20]],
  [{ checkValEveryNEpoch: 2, valCheckInterval: 2 }, [7, 9, 17, 19]],
  [{ checkValEveryNEpoch: null, valCheckInterval: 3 }, [3, 6, 9, 12, 15, 18]],
  [{ checkValEveryNEpoch: null, valCheckInterval: 7 }, [7, 14]],
])('%o validates after batches %o of four epochs of five', ([times, expected]) => {
  expect(due(times, 5, 4)).toEqual(expected)
})

test('more batches than an epoch has, and a share of a loader without a length, are refused', () => {
  const make = (valCheckInterval: number, batches: number | undefined) => () =>
    new ValidationSchedule({ valCheckInterval, checkValEveryNEpoch: 1 }, batches)
  expect(make(6, 5)).toThrow(MisconfigurationError)
  expect(make(6, 5)).toThrow(
    'valCheckInterval is longer than an epoch of 5 batches, got 6; set checkValEveryNEpoch: null',
  )
  expect(make(0.5, undefined)).toThrow('a share of a loader that does not know its length, got 0.5')
  expect(make(6, undefined)).not.toThrow()
})
