import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';

/** A version of a package, by what it holds. */
export interface NpmArchive {
  readonly name: string;
  readonly version: string;
  /** As package-lock.json has it. */
  readonly integrity: string;
}

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'istio-upgrade', 'npm');

/**
 * The package's archive, from the cache or by the npm client.
 * @returns its path. Throws when what came is not what the integrity says
 */
export function fetchNpmArchive({ name, version, integrity }: NpmArchive): string {
  const file = `${name}-${version}.tgz`;
  const cached = join(CACHE, file);
  if (existsSync(cached) && integrityOf(cached) === integrity) return cached;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'fetch-'));
  try {
    const { status, stderr } = spawnSync(
      'npm',
      ['pack', '--silent', '--pack-destination', work, `${name}@${version}`],
      {
        cwd: work,
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`npm pack ${name}@${version} failed: ${stderr}`);
    const found = integrityOf(join(work, file));
    if (found !== integrity) throw new Error(`${name}@${version} is ${found}, not ${integrity}`);
    renameSync(join(work, file), cached);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return cached;
}

function integrityOf(file: string): string {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}

/** One file of a package. Throws when it has no such file. */
export async function readNpmFile(archive: string, path: string): Promise<Buffer> {
  const tar = extract();
  tar.end(gunzipSync(readFileSync(archive)));
  for await (const entry of tar) {
    if (entry.header.name === `package/${path}`) return buffer(entry);
    entry.resume();
  }
  throw new Error(`${archive} has no ${path}`);
}
