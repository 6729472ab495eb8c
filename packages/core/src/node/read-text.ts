import { DataError } from '../errors/errors.ts'
import { readBytes } from './read-bytes.ts'

/**
 * The text of a file, or of several one after the other with a newline between them: UTF-8, plain or gzip-compressed. A byte
 * order mark is left out.
 *
 * @throws DataError when there is no file in the list, a file is not UTF-8, or compressed data is damaged
 * @throws the system's own error (`ENOENT` …) when a file cannot be read
 */
export async function readText(paths: string | URL | readonly (string | URL)[]): Promise<string> {
  const files = [paths].flat()
  if (files.length === 0) throw new DataError('readText: at least one file is needed, got none')
  const texts: string[] = []
  for (const path of files) texts.push(await readFileText(path))
  return texts.join('\n')
}

async function readFileText(path: string | URL): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  try {
    for await (const chunk of readBytes('readText', path)) text += decoder.decode(chunk, { stream: true })
    return text + decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new DataError(
      `readText: ${path} is not UTF-8, got bytes that are none of it after ${text.length} characters`,
      {
        cause: error,
      },
    )
  }
}
