import { testPrimitives } from '../support/primitives.ts'

testPrimitives('float16')
