import { testAccelerator } from '@voltaic/conformance/vitest'
import { webgpu } from '../src/index.ts'
import { describeOnDevice } from './support/device.ts'

const { CONFORMANCE_CASES } = process.env

// Every kernel of a case is compiled by the software driver: all cases take an hour. Ops have tests of their own here.
const cases = CONFORMANCE_CASES?.split(',') ?? ['lifecycle', 'data', 'faults', 'graphs']

describeOnDevice('conformance', () => {
  testAccelerator(() => webgpu({ allowSoftware: true }), { cases, seed: 1 })
})
