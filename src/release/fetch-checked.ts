import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UpgradeError } from '../core/errors.ts';
import { type HttpOptions, httpGet, urlText } from './http-get.ts';

export interface DownloadProgress {
  readonly file: string;
  /** Bytes. */
  readonly received: number;
  /** Bytes, where the server says how many. */
  readonly size: number | undefined;
  readonly isDone: boolean;
}

export interface FetchOptions {
  readonly http: HttpOptions;
  readonly onProgress: (progress: DownloadProgress) => void;
}

// More than any release has; what is beyond it is no release.
const MAX_BYTES = 2 ** 29;
/** What to do with what does not fit. */
export const UNTRUSTED =
  'something on the way changed it, or it is broken: do not use it, and look where it comes from';

/**
 * Downloads a file and compares it with the checksum that lies beside it.
 * @param path where it is written; what is there of it when this fails stays
 * @throws UpgradeError when it cannot be had whole, has another checksum, or none
 */
export async function fetchChecked(url: URL, path: string, { http, onProgress }: FetchOptions): Promise<void> {
  const expected = await checksumAt(new URL(`${url.href}.sha256`), http);
  const { size, chunks } = await httpGet(url, http);
  const file = basename(path);
  const hash = createHash('sha256');
  let received = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > MAX_BYTES)
        throw new UpgradeError(`${urlText(url)} is larger than any release`, { hint: UNTRUSTED });
      hash.update(chunk);
      onProgress({ file, received, size, isDone: false });
      yield chunk;
    }
  }
  await pipeline(hashed, createWriteStream(path));
  onProgress({ file, received, size, isDone: true });
  const actual = hash.digest('hex');
  if (actual === expected) return;
  throw new UpgradeError(`${urlText(url)} has sha256 ${actual}, and ${expected} is expected`, { hint: UNTRUSTED });
}

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
  throw new UpgradeError(`${urlText(url)} holds no checksum`, { hint: UNTRUSTED });
}
