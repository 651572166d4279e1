import { EXIT, UpgradeError } from '../../src/core/errors.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * A duration as kubectl takes it: `30s`, `1m30s`, `500ms`, or plain seconds.
 * @returns milliseconds
 * @throws UpgradeError (exit 2) for anything else
 */
export function parseDuration(text: string, flag: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === text;
  if (!isWhole)
    throw new UpgradeError(`${flag}: "${text}" is no duration`, { hint: 'such as 30s, 5m or 1m30s', exit: EXIT.usage });
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ''] ?? 0), 0);
}
