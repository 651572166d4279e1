import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { bundleProgram } from '../program-bundle.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import { bundledNotices, type Notice, noticesText } from './notices.ts';
import { fetchNpmArchive, readNpmFile } from './npm-archive.ts';
import { LINUX_AMD64, NODE_VERSION } from './runtimes.ts';

/** What every package contains: the bundle, and what there is to read. */
export interface Contents {
  /** `kubectl-istio_upgrade.js` and what it loads. */
  readonly bundle: readonly ArchiveEntry[];
  readonly license: ArchiveEntry;
  readonly readme: ArchiveEntry;
  /** Of what is in the bundle. */
  readonly notices: readonly Notice[];
}

/** Bundles the program into the directory and reads what goes with it. */
export async function gatherContents(root: string, directory: string): Promise<Contents> {
  const metafile = await bundleProgram(directory);
  return {
    bundle: filesBelow(directory),
    license: fileEntry('LICENSE', readFileSync(join(root, 'LICENSE'))),
    readme: fileEntry('README.md', readFileSync(join(root, 'README.md'))),
    notices: bundledNotices(metafile, root),
  };
}

export function noticesEntry(notices: readonly Notice[]): ArchiveEntry {
  return fileEntry('THIRD_PARTY_NOTICES', Buffer.from(noticesText(notices)));
}

/** Node.js's own, which covers what it is made of. */
export async function nodeNotice(): Promise<Notice> {
  const text = await readNpmFile(fetchNpmArchive(LINUX_AMD64.runtime), 'LICENSE');
  return { name: 'Node.js', version: NODE_VERSION, license: 'MIT AND others', text: text.toString() };
}

export function fileEntry(path: string, data: Buffer, isExecutable = false): ArchiveEntry {
  return { path, isExecutable, data };
}

function filesBelow(directory: string): readonly ArchiveEntry[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => fileEntry(relative(directory, file).replaceAll(sep, '/'), readFileSync(file)));
}
