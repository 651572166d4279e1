import { eachOf, type Place } from './place.ts';
import type { Rejection } from './rejection.ts';

const DNS_LABEL = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const MAX_LABEL = 63;
const MAX_NAME = 255;
const MAX_PORT = 65535;

/**
 * Origins that are neither `*` nor `[http[s]://]host[:port]`; 1.1 takes any text. An origin with a number as its port makes 1.2
 * forget what it found before in the same list, so this does too (validateCORSPolicy, pilot/pkg/model/validation.go:2075-2099@1.2.10).
 * @param origins the place of `allowOrigin`
 */
export function originRejections(origins: Place): readonly Rejection[] {
  let found: readonly Rejection[] = [];
  for (const { path, value } of eachOf(origins)) {
    if (typeof value !== 'string' || value === '*') continue;
    const { host, port, parts } = partsOf(value);
    const why = whyInvalid({ host, port, parts });
    const before = parts === 2 && isNumber(port) ? [] : found;
    found = why === undefined ? before : [...before, { field: path, why: `${JSON.stringify(value)} ${why}` }];
  }
  return found;
}

interface Origin {
  readonly host: string;
  readonly port: string;
  /** How many pieces the colons make. */
  readonly parts: number;
}

function partsOf(origin: string): Origin {
  const pieces = origin
    .replace(/^https:\/\//, '')
    .replace(/^http:\/\//, '')
    .split(':');
  const [host = '', port = ''] = pieces;
  return { host, port, parts: pieces.length };
}

function whyInvalid({ host, port, parts }: Origin): string | undefined {
  if (parts > 2) return 'is no origin for 1.2, which takes * and [http[s]://]host[:port] only';
  if (parts === 2 && !isPort(port)) return `is no origin for 1.2: ${JSON.stringify(port)} is no port`;
  if (!isDomainName(host))
    return `is no origin for 1.2: ${JSON.stringify(host)} is no domain name, and there are no patterns`;
  return undefined;
}

function isNumber(port: string): boolean {
  return /^[+-]?\d+$/.test(port);
}

function isPort(port: string): boolean {
  return isNumber(port) && Number(port) >= 1 && Number(port) <= MAX_PORT;
}

/** A dot may end it, and its last label is no number: no address either (validateDNS1123Labels of the same file). */
function isDomainName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  const isLabel = (label: string) => label.length <= MAX_LABEL && DNS_LABEL.test(label);
  return name.length <= MAX_NAME && labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '');
}
