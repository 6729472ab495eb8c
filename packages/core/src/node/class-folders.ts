import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../errors/errors.ts'

/** A file, and the class of the folder it is in. */
export interface LabelledFile {
  readonly path: string
  /** Place of the class among the classes. */
  readonly label: number
}

/** The files in folders named after their classes. */
export interface ClassFolders {
  readonly classes: readonly string[]
  readonly files: readonly LabelledFile[]
}

/**
 * The folders in `root` as classes, sorted by name, and the files somewhere below each: those of a folder by name, then
 * those of the folders in it.
 *
 * @param isMember - whether a file of this name counts
 * @throws DataError when `root` is no folder, has no folder in it, or no file counts in one of these
 */
export async function readClassFolders(
  who: string,
  root: string,
  isMember: (name: string) => boolean,
): Promise<ClassFolders> {
  const classes = (await entriesOf(who, root)).filter(({ isFolder }) => isFolder).map(({ name }) => name)
  if (classes.length === 0) {
    throw new DataError(
      `${who}: no classes, got no folder in ${root}; put the files of each class into a folder of its name`,
    )
  }
  const files: LabelledFile[] = []
  for (const [label, name] of classes.entries()) {
    const folder = join(root, name)
    const before = files.length
    for await (const path of filesBelow(who, folder)) if (isMember(path)) files.push({ path, label })
    if (files.length === before) throw new DataError(`${who}: a class has no image, got none in ${folder}`)
  }
  return { classes, files }
}

async function* filesBelow(who: string, folder: string): AsyncGenerator<string, void, undefined> {
  const entries = await entriesOf(who, folder)
  for (const { name, isFolder } of entries) if (!isFolder) yield join(folder, name)
  for (const { name, isFolder } of entries) if (isFolder) yield* filesBelow(who, join(folder, name))
}

interface Entry {
  readonly name: string
  readonly isFolder: boolean
}

/** What is in a folder, by name; a link counts as what it leads to. */
async function entriesOf(who: string, folder: string): Promise<Entry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    return await Promise.all(
      entries.map(async (entry) => ({
        name: entry.name,
        isFolder: entry.isSymbolicLink() ? (await stat(join(folder, entry.name))).isDirectory() : entry.isDirectory(),
      })),
    )
  } catch (error) {
    throw new DataError(`${who}: cannot list ${folder}, got ${String(error)}`, { cause: error })
  }
}
