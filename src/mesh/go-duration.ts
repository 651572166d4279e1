const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const WHOLE = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/;
const PART = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;

/**
 * A duration as Go writes it, in seconds, so that equal ones are equal texts: `1m0s` is `60s`, `100ms` is `0.1s`.
 * @returns the text itself where it is none
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function inSeconds(text: string): string {
  if (!WHOLE.test(text)) return text;
  const parts = [...text.matchAll(PART)].map(([, amount, unit = '']) => Number(amount) * (UNITS[unit] ?? 0));
  return `${parts.reduce((sum, part) => sum + part, 0) / 1000}s`;
}
