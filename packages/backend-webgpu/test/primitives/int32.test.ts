import { testPrimitives } from '../support/primitives.ts'

testPrimitives('int32')
