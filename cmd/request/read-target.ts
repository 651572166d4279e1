import { isK8sObject } from '../../src/core/object.ts';
import type { Target } from '../../src/core/target.ts';
import { readManifests } from '../../src/release/read-manifests.ts';
import type { Shell } from '../shell.ts';

/**
 * What `-f` names.
 * @returns undefined without it
 * @throws UpgradeError (exit 2) for what cannot be read: every problem at once
 */
export async function readTarget(paths: readonly string[] = [], shell: Shell): Promise<Target | undefined> {
  if (paths.length === 0) return undefined;
  const documents = await readManifests(paths, shell.stdin);
  return { objects: documents.flatMap(({ object, source }) => (isK8sObject(object) ? [{ object, source }] : [])) };
}
