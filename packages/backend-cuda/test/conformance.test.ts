import { testAccelerator } from '@voltaic/conformance/vitest'
import { test } from 'vitest'
import { cuda } from '../src/index.ts'
import { missing, tensorflow } from './support/tensorflow.ts'

// All seeds are for `voltaic-conformance`; this one, each run of the tests repeats.
if (missing === undefined) {
  testAccelerator(() => cuda({ tfjs: tensorflow(), allowCpu: true }), { sample: 0.05, seed: 1 })
} else {
  test(`conformance on TensorFlow's kernels`, ({ skip }) => skip(missing))
}
