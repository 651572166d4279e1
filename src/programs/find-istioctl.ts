import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface Places {
  /** Directories of the target release, in which `bin/istioctl` is looked for. */
  readonly release: readonly string[];
  /** PATH. */
  readonly path: string | undefined;
}

const NAMES = ['istioctl', 'istioctl.exe'] as const;

/**
 * Which istioctl to run: the release's own, else what PATH has.
 * @returns undefined where there is none
 */
export async function findIstioctl({ release, path = '' }: Places): Promise<string | undefined> {
  const inPath = path.split(delimiter).filter((directory) => directory !== '');
  for (const directory of [...release.map((one) => join(one, 'bin')), ...inPath])
    for (const name of NAMES) {
      const file = join(directory, name);
      if (await isExecutable(file)) return file;
    }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
