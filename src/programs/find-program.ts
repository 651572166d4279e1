import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The first of these directories' files of these names that can be executed; undefined where none is. */
export async function findProgram(
  directories: readonly string[],
  names: readonly string[],
): Promise<string | undefined> {
  for (const directory of directories)
    for (const name of names) if (await isExecutable(join(directory, name))) return join(directory, name);
  return undefined;
}

/** The directories that PATH names. */
export function directoriesOf(path = ''): readonly string[] {
  return path.split(delimiter).filter((directory) => directory !== '');
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
