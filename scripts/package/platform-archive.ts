import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveEntry } from './archive-entry.ts';
import { type Contents, fileEntry, nodeNotice, noticesEntry } from './contents.ts';
import { programName } from './krew-manifest.ts';
import { fetchNpmArchive, readNpmFile } from './npm-archive.ts';
import type { Platform } from './runtimes.ts';
import { singleExecutable } from './single-executable.ts';

/** Whatever folder it is unpacked in, and whatever package.json is above that one. */
const ES_MODULES = fileEntry('lib/package.json', Buffer.from('{ "type": "module" }\n'));

/** The files of a platform's archive. */
export async function platformEntries(platform: Platform, contents: Contents): Promise<readonly ArchiveEntry[]> {
  const { bundle, license, readme, notices } = contents;
  return [
    ...(platform.os === 'windows' ? await windowsProgram(platform) : await posixProgram(platform)),
    ...bundle.map((entry) => ({ ...entry, path: `lib/${entry.path}` })),
    ES_MODULES,
    license,
    readme,
    noticesEntry([...notices, await nodeNotice()]),
  ];
}

async function posixProgram(platform: Platform): Promise<readonly ArchiveEntry[]> {
  const node = await readNpmFile(fetchNpmArchive(platform.runtime), 'bin/node');
  return [fileEntry(programName(platform), ownFile('launcher.sh'), true), fileEntry('lib/node', node, true)];
}

/** krew links to a program, and a script is none on Windows: Node.js itself is, with a start of its own. */
async function windowsProgram(platform: Platform): Promise<readonly ArchiveEntry[]> {
  const node = await readNpmFile(fetchNpmArchive(platform.runtime), 'bin/node.exe');
  return [
    fileEntry(programName(platform), singleExecutable(node), true),
    fileEntry('lib/start.cjs', ownFile('windows-start.cjs')),
  ];
}

function ownFile(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, name));
}
