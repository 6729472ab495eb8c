import { MisconfigurationError } from '../errors/errors.ts'

/** The ending of every checkpoint's file. */
export const checkpointSuffix = '.safetensors'

/** What a name may hold: `{epoch}`, `{val_loss:.2f}`, `{step:05d}`. */
const field = /\{(?<name>[^{}:]+)(?::(?<pad>0?)(?<width>\d*)(?:\.(?<digits>\d+))?(?<kind>[df]?))?\}/g

/**
 * The name of a checkpoint, of a template with fields in braces: `{epoch}-{val_loss:.2f}` is `epoch=3-val_loss=0.25`.
 * A metric that is not there counts as 0.
 *
 * @param insertNames - whether each number comes behind its name; a `/` in a name would make a folder: pass false
 * @throws MisconfigurationError when a brace is left open
 */
export function checkpointName(
  template: string,
  values: Readonly<Record<string, number>>,
  { insertNames }: { readonly insertNames: boolean },
): string {
  const filled = template.replace(field, (_all, name: string, pad, width, digits, kind) => {
    const value = values[name.trim()] ?? 0
    const text = formatNumber(value, { digits, kind }).padStart(Number(width ?? 0), pad === '0' ? '0' : ' ')
    return insertNames ? `${name.trim()}=${text}` : text
  })
  if (/[{}]/.test(filled)) {
    throw new MisconfigurationError(
      `ModelCheckpoint: a field of a file name is {name}, {name:.2f} or {name:04d}, got ${JSON.stringify(template)}`,
    )
  }
  return filled
}

interface NumberFormat {
  readonly digits: string | undefined
  readonly kind: string | undefined
}

function formatNumber(value: number, { digits, kind }: NumberFormat): string {
  if (kind === 'd') return String(Math.trunc(value))
  // As C's %f does, six digits unless told otherwise.
  if (digits !== undefined || kind === 'f') return value.toFixed(Number(digits ?? 6))
  return String(value)
}
