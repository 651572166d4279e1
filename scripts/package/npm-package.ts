import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modeOf } from './archive-entry.ts';
import { type Contents, fileEntry, noticesEntry } from './contents.ts';
import type { Release } from './release.ts';

const KEPT = ['name', 'version', 'description', 'license', 'repository', 'engines'] as const;

/** The package.json of what is published: everything is bundled, so nothing is installed with it and nothing runs. */
export function npmManifest({ manifest }: Release): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(KEPT.map((key) => [key, manifest[key]])),
    keywords: ['kubectl', 'kubectl-plugin', 'kubernetes', 'istio'],
    type: 'module',
    bin: { 'kubectl-istio_upgrade': 'kubectl-istio_upgrade.js' },
  };
}

/** Writes the npm package into this directory, in place of what is there. */
export function writeNpmPackage(directory: string, contents: Contents, release: Release): void {
  const { bundle, license, readme, notices } = contents;
  const manifest = fileEntry('package.json', Buffer.from(`${JSON.stringify(npmManifest(release), undefined, 2)}\n`));
  rmSync(directory, { recursive: true, force: true });
  for (const entry of [...bundle, license, readme, noticesEntry(notices), manifest]) {
    const file = join(directory, entry.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, entry.data, { mode: modeOf(entry) });
  }
}
