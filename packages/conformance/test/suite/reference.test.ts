import { reference } from '@voltaic/core'
import { testAccelerator } from '../../src/vitest.ts'

testAccelerator(reference, { sample: 0.1 })
