import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ArchiveEntry } from './archive-entry.ts';
import { type Contents, gatherContents } from './contents.ts';
import { archiveName, krewManifest } from './krew-manifest.ts';
import { writeNpmPackage } from './npm-package.ts';
import { platformEntries } from './platform-archive.ts';
import { type Release, readRelease } from './release.ts';
import { PLATFORMS, type Platform } from './runtimes.ts';
import { checksum, sumsText } from './sums.ts';
import { tarGz } from './tar-gz.ts';
import { zip } from './zip.ts';

export const MANIFEST = 'plugin.yaml';
const SUMS = 'SHA256SUMS';
/** A digest of what the archives are made from. */
const MADE_FROM = 'made-from';

/**
 * Makes the archives, their checksums and krew's manifest in `dist/packages`, and npm's package in `dist/npm`; leaves them alone when these sources
 * have made them already.
 * @returns the directory of the archives
 */
export async function makePackages(root: string, say: (text: string) => void): Promise<string> {
  const directory = join(root, 'dist/packages');
  mkdirSync(directory, { recursive: true });
  const release = readRelease(root);
  const work = mkdtempSync(join(root, 'dist/bundle-'));
  try {
    const contents = await gatherContents(root, work);
    const from = digestOf(contents, release);
    if (isMade(directory, release, from)) return directory;
    writeNpmPackage(join(root, 'dist/npm'), contents, release);
    const sums = await makeArchives(directory, { contents, release, say });
    writeWhole(join(directory, SUMS), sumsText(sums));
    writeWhole(join(directory, MANIFEST), krewManifest(release, sums));
    writeWhole(join(directory, MADE_FROM), from);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return directory;
}

function isMade(directory: string, release: Release, from: string): boolean {
  const names = [MADE_FROM, SUMS, MANIFEST, ...PLATFORMS.map((platform) => archiveName(platform, release))];
  return (
    names.every((name) => existsSync(join(directory, name))) &&
    readFileSync(join(directory, MADE_FROM), 'utf8') === from
  );
}

/** Packages come out the same from the same contents, runtimes, scripts and compression. */
function digestOf({ bundle, license, readme, notices }: Contents, release: Release): string {
  const hash = createHash('sha256').update(JSON.stringify([process.versions.zlib, PLATFORMS, notices, release]));
  for (const name of readdirSync(import.meta.dirname).toSorted())
    hash.update(readFileSync(join(import.meta.dirname, name)));
  for (const { path, data } of [license, readme, ...bundle]) hash.update(`${path}\n`).update(data);
  return hash.digest('hex');
}

interface Making {
  readonly contents: Contents;
  readonly release: Release;
  readonly say: (text: string) => void;
}

async function makeArchives(
  directory: string,
  { contents, release, say }: Making,
): Promise<ReadonlyMap<string, string>> {
  const sums = await Promise.all(
    PLATFORMS.map(async (platform) => {
      const name = archiveName(platform, release);
      const archive = await packed(platform, await platformEntries(platform, contents));
      writeWhole(join(directory, name), archive);
      say(`${name}  ${(archive.length / 1e6).toFixed(1)} MB`);
      return [name, checksum(archive)] as const;
    }),
  );
  return new Map(sums);
}

function packed({ os }: Platform, entries: readonly ArchiveEntry[]): Promise<Buffer> {
  return os === 'windows' ? zip(entries) : tarGz(entries);
}

/** Nobody sees half a file. */
function writeWhole(file: string, data: Buffer | string): void {
  const staged = `${file}.${process.pid}.new`;
  writeFileSync(staged, data);
  renameSync(staged, file);
}
