import { createHash } from 'node:crypto';

export function checksum(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** As `sha256sum --check` reads it. */
export function sumsText(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join('');
}

/** @returns checksums by the names of the files */
export function parseSums(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, sum = '', name = '']) => [name, sum]));
}
