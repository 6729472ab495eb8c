import { testPrimitives } from '../support/primitives.ts'

testPrimitives('bfloat16')
