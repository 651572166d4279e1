import { createHash } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { compareVersions, type IstioVersion, versionText } from '../core/version.ts';
import { type DownloadProgress, fetchChecked, UNTRUSTED } from './fetch-checked.ts';
import { type HttpOptions, urlText } from './http-get.ts';
import { type ReleaseLayout, releaseAt } from './release-layout.ts';
import { type AtExit, makeScratch } from './scratch.ts';
import { unpack } from './unpack.ts';
import { unpackedRelease } from './unpacked-release.ts';

/** Where Istio's releases are published, each under its number. */
export const RELEASE_URL = 'https://github.com/istio/istio/releases/download';

export interface DownloadOptions {
  /** Where releases are looked for: below it, `<version>/istio-<version>-<system>` with its checksum beside it. */
  readonly baseUrl: string;
  /** The user's cache directory. */
  readonly cache: string;
  /** As Node.js names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  readonly http: HttpOptions;
  readonly onProgress: (progress: DownloadProgress) => void;
  readonly atExit: AtExit;
}

// As Istio named its archives until 1.4: https://github.com/istio/istio/blob/1.2.10/release/downloadIstioCandidate.sh
const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'osx.tar.gz', win32: 'win.zip' };

/**
 * A release by its number: from the cache if it is there, else downloaded, compared with the checksum beside it, unpacked and put there.
 * @throws UpgradeError where that cannot be done; then nothing of it is left behind
 */
export async function downloadRelease(version: IstioVersion, options: DownloadOptions): Promise<ReleaseLayout> {
  const { baseUrl, cache, platform } = options;
  const number = versionText(version);
  const url = urlBelow(baseUrl, `${number}/istio-${number}-${SYSTEMS[platform] ?? 'linux.tar.gz'}`);
  // Somebody else's build of a version is another release.
  const place = createHash('sha256').update(url.href).digest('hex').slice(0, 12);
  const directory = join(cache, 'istio-upgrade', 'releases', `istio-${number}-${place}`);
  if (!(await isThere(directory))) await fetchInto(directory, { url, version }, options);
  return releaseAt(directory, directory);
}

interface Asked {
  readonly url: URL;
  readonly version: IstioVersion;
}

async function fetchInto(
  directory: string,
  { url, version }: Asked,
  { http, onProgress, atExit }: DownloadOptions,
): Promise<void> {
  // Beside its place first: what is cut off leaves nothing that looks like a release.
  const scratch = await makeScratch(dirname(directory), '.new-', atExit).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'name another cache with --cache-dir or XDG_CACHE_HOME';
    throw new UpgradeError(`cannot keep releases in ${dirname(directory)}: ${why}`, { cause, hint });
  });
  try {
    const archive = join(scratch.path, basename(url.pathname));
    await fetchChecked(url, archive, { http, onProgress });
    const unpacked = join(scratch.path, 'unpacked');
    await mkdir(unpacked);
    await unpack({ path: archive, name: urlText(url) }, unpacked);
    const release = await unpackedRelease(unpacked, urlText(url));
    if (compareVersions(release.version, version) !== 0) throw otherVersion(url, release.version, version);
    await moveInto(directory, release.directory);
  } finally {
    await scratch.remove();
  }
}

function urlBelow(baseUrl: string, path: string): URL {
  const url = URL.parse(`${baseUrl.replace(/\/+$/, '')}/${path}`);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new UpgradeError(`--release-url: "${baseUrl}" is no http or https URL`, { exit: EXIT.usage });
}

function otherVersion(url: URL, found: IstioVersion, asked: IstioVersion): UpgradeError {
  const message = `${urlText(url)} holds Istio ${versionText(found)}, and ${versionText(asked)} was asked for`;
  return new UpgradeError(message, { hint: UNTRUSTED });
}

/** Another run may have been faster; what is there then is as good. */
async function moveInto(directory: string, from: string): Promise<void> {
  try {
    await rename(from, directory);
  } catch (error) {
    if (!(await isThere(directory))) throw error;
  }
}

async function isThere(directory: string): Promise<boolean> {
  return stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
