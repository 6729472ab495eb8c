import { testAccelerator } from '@voltaic/conformance/vitest'
import { loops } from '../src/loops.ts'

testAccelerator(() => loops())
