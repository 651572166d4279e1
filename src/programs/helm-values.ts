import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../core/json.ts';

/** The user's values of the old release, in a file that nobody else may read. @returns its path */
export async function writeValues(values: JsonObject): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'istio-upgrade-values-')), 'values.json');
  await writeFile(file, JSON.stringify(values), { mode: 0o600 });
  return file;
}

/** With the directory that was made for it. */
export async function removeValues(file: string): Promise<void> {
  await rm(dirname(file), { recursive: true, force: true });
}
