/** Every precision by the name that `--precision` takes, and the dtype of most of its work. */
export const precisions = {
  '32-true': 'float32',
  '16-mixed': 'float16',
  'bf16-mixed': 'bfloat16',
  '16-true': 'float16',
  'bf16-true': 'bfloat16',
  '64-true': 'float64',
} as const
