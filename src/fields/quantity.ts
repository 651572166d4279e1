import type { Json } from '../core/json.ts';

const DECIMAL = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/**
 * A resource quantity as the API server writes it: `1024Mi` is `1Gi`, `2000m` is `2`.
 * @returns the value itself where it is no quantity, or one that only an exponent or a finer unit than milli can hold
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(value: Json): Json {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = QUANTITY.exec(String(value)) ?? [];
  if (whole === '' && fraction === '') return value;
  const isBinary = suffix.endsWith('i');
  const [units, base] = isBinary ? [BINARY, 1024n] : [DECIMAL, 1000n];
  const digits = BigInt(whole + fraction) * base ** BigInt(units.indexOf(suffix));
  const scale = 10n ** BigInt(fraction.length);
  if (digits % scale !== 0n) return value;
  return sign.replace('+', '') + inLargestUnit(digits / scale, units, base);
}

function inLargestUnit(amount: bigint, units: readonly string[], base: bigint): string {
  if (amount === 0n) return '0';
  let left = amount;
  let unit = 0;
  while (unit < units.length - 1 && left % base === 0n) {
    left /= base;
    unit += 1;
  }
  return `${left}${units[unit]}`;
}
