/*
 * Bits of WebGPU's flags, as its specification fixes them: Node has no globals of them, and TypeScript's library no types.
 */
export const bufferUsage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const
export const mapRead = 0x1
export const computeStage = 0x4
