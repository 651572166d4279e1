import { join } from 'node:path';
import { directoriesOf, findProgram } from './find-program.ts';

export interface Places {
  /** Directories of the target release, in which `bin/istioctl` is looked for. */
  readonly release: readonly string[];
  /** PATH. */
  readonly path: string | undefined;
}

/**
 * Which istioctl to run: the release's own, else what PATH has.
 * @returns undefined where there is none
 */
export function findIstioctl({ release, path }: Places): Promise<string | undefined> {
  return findProgram([...release.map((one) => join(one, 'bin')), ...directoriesOf(path)], ['istioctl', 'istioctl.exe']);
}
