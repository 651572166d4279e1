import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';

/**
 * Nothing of anybody's is overwritten or mixed with.
 * @throws UpgradeError (exit 2) when the directory is there and holds something
 */
export async function mustBeEmpty(directory: string): Promise<void> {
  const found = await readdir(directory).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new UpgradeError(`--write-manifests: cannot use ${directory}`, {
      cause,
      exit: EXIT.usage,
      hint: 'name a directory that is new or empty',
    });
  });
  if (found.length === 0) return;
  throw new UpgradeError(`--write-manifests: ${directory} is not empty`, {
    exit: EXIT.usage,
    hint: 'name a directory that is new or empty',
  });
}

/** Writes what a plan would make of the cluster as files, with a README of how to apply them. @returns how many */
export async function writeManifests(plan: Plan, directory: string): Promise<number> {
  const [{ kubectlSteps }, { manifestFiles }] = await Promise.all([
    import('../../src/app/kubectl-steps.ts'),
    import('../../src/render/manifest-files.ts'),
  ]);
  const files = manifestFiles(plan, (phase) => kubectlSteps(plan, phase));
  try {
    for (const { path, text } of files) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: 'wx' });
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`cannot write the manifests: ${why}`, { cause, hint: 'name another directory' });
  }
  return files.length;
}
