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

/**
 * The amount that a resource quantity says: `1Gi` is 1073741824, `100m` is 0.1.
 * @returns undefined where it is no quantity, or one with an exponent
 */
export function quantityAmount(value: Json | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = QUANTITY.exec(String(value)) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const [units, base] = suffix.endsWith('i') ? [BINARY, 1024] : [DECIMAL, 1000];
  const power = units.indexOf(suffix) - (units === DECIMAL ? 1 : 0);
  return Number(`${sign}${whole || '0'}.${fraction || '0'}`) * base ** power;
}
