import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { compareVersions, type IstioVersion, versionText } from '../core/version.ts';
import { type HttpOptions, httpGet, urlText } from './http-get.ts';
import { type ReleaseLayout, releaseAt } from './release-layout.ts';
import { type AtExit, makeScratch } from './scratch.ts';
import { unpack } from './unpack.ts';
import { unpackedRelease } from './unpacked-release.ts';

/** Where Istio's releases are published, each under its number. */
export const RELEASE_URL = 'https://github.com/istio/istio/releases/download';

export interface DownloadProgress {
  readonly file: string;
  /** Bytes. */
  readonly received: number;
  /** Bytes, where the server says how many. */
  readonly size: number | undefined;
  readonly isDone: boolean;
}

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

// More than any release has; what is beyond it is no release.
const MAX_BYTES = 2 ** 29;
// As Istio named its archives until 1.4: https://github.com/istio/istio/blob/1.2.10/release/gcb/gcb_lib.sh
const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'osx.tar.gz', win32: 'win.zip' };

/**
 * A release by its number: from the cache if it is there, else downloaded, compared with the checksum beside it, unpacked and put there.
 * @throws UpgradeError where that cannot be done; then nothing of it is left behind
 */
export async function downloadRelease(version: IstioVersion, options: DownloadOptions): Promise<ReleaseLayout> {
  const { baseUrl, cache, platform, atExit } = options;
  const number = versionText(version);
  const file = `istio-${number}-${SYSTEMS[platform] ?? 'linux.tar.gz'}`;
  const url = urlBelow(baseUrl, `${number}/${file}`);
  // Somebody else's build of a version is another release.
  const place = createHash('sha256').update(url.href).digest('hex').slice(0, 12);
  const directory = join(cache, 'istio-upgrade', 'releases', `istio-${number}-${place}`);
  if (await isThere(directory)) return releaseAt(directory, directory);
  // Beside its place first: what is cut off leaves nothing that looks like a release.
  const scratch = await makeScratch(join(cache, 'istio-upgrade', 'releases'), '.new-', atExit).catch(
    (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UpgradeError(`cannot keep releases in ${cache}: ${why}`, {
        cause,
        hint: 'name another cache with XDG_CACHE_HOME',
      });
    },
  );
  try {
    const archive = join(scratch.path, file);
    await fetchChecked(url, archive, { ...options, file });
    const unpacked = join(scratch.path, 'unpacked');
    await mkdir(unpacked);
    await unpack({ path: archive, name: urlText(url) }, unpacked);
    const release = await unpackedRelease(unpacked, urlText(url));
    if (compareVersions(release.version, version) !== 0) throw otherVersion(url, release.version, number);
    await moveInto(directory, release.directory);
  } finally {
    await scratch.remove();
  }
  return releaseAt(directory, directory);
}

function urlBelow(baseUrl: string, path: string): URL {
  const url = URL.parse(`${baseUrl.replace(/\/+$/, '')}/${path}`);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new UpgradeError(`--release-url: "${baseUrl}" is no http or https URL`, { exit: EXIT.usage });
}

async function fetchChecked(
  url: URL,
  file: string,
  { http, onProgress, file: name }: DownloadOptions & { readonly file: string },
): Promise<void> {
  const expected = await checksumAt(new URL(`${url.href}.sha256`), http);
  const { size, chunks } = await httpGet(url, http);
  const hash = createHash('sha256');
  let received = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > MAX_BYTES) throw new UpgradeError(`${urlText(url)} is larger than any release`, { hint: CHECK });
      hash.update(chunk);
      onProgress({ file: name, received, size, isDone: false });
      yield chunk;
    }
  }
  await pipeline(hashed, createWriteStream(file));
  onProgress({ file: name, received, size, isDone: true });
  const actual = hash.digest('hex');
  if (actual === expected) return;
  throw new UpgradeError(`${urlText(url)} has sha256 ${actual}, and ${expected} is expected`, { hint: CHECK });
}

const CHECK = 'something on the way changed it, or it is broken: do not use it, and look where it comes from';

/** `<64 hexadecimal digits>  <file>`, as sha256sum prints it. */
async function checksumAt(url: URL, http: HttpOptions): Promise<string> {
  const { chunks } = await httpGet(url, http);
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString('latin1');
    if (text.length > 1000) break;
  }
  const [, digits] = /^([0-9a-f]{64})(?:\s|$)/i.exec(text) ?? [];
  if (digits !== undefined) return digits.toLowerCase();
  throw new UpgradeError(`${urlText(url)} holds no checksum`, { hint: CHECK });
}

function otherVersion(url: URL, found: IstioVersion, asked: string): UpgradeError {
  return new UpgradeError(`${urlText(url)} holds Istio ${versionText(found)}, and ${asked} was asked for`, {
    hint: CHECK,
  });
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
