import type { Json } from '../../../core/json.ts';
import type { K8sObject } from '../../../core/object.ts';
import { at, eachOf, hasEntries, messagesIn, type Place, specOf } from './place.ts';
import type { Rejection } from './rejection.ts';

const MAX_PORT = 65535;
const OPPOSITES = [
  ['methods', 'notMethods'],
  ['ports', 'notPorts'],
] as const;

/**
 * Rules that say one thing twice: fields that 1.1 does not know and 1.2 acts on
 * (ValidateServiceRole, pilot/pkg/model/validation.go:1481-1520@1.2.10).
 */
export function serviceRoleRejections(role: K8sObject): readonly Rejection[] {
  return messagesIn(specOf(role), 'rules').flatMap((rule) => [
    ...oppositeRejections(rule),
    ...portRejections(rule),
    ...constraintRejections(rule),
  ]);
}

function oppositeRejections(rule: Place): readonly Rejection[] {
  return OPPOSITES.filter(([name, not]) => hasEntries(rule, name) && hasEntries(rule, not)).map(([name, not]) => ({
    field: at(rule, not).path,
    why: `a rule of 1.2 has ${name} or ${not}, not both`,
  }));
}

function portRejections(rule: Place): readonly Rejection[] {
  const ports = ['ports', 'notPorts'].flatMap((name) => eachOf(at(rule, name)));
  return ports
    .filter(({ value }) => !isPort(value))
    .map(({ path, value }) => ({ field: path, why: `${JSON.stringify(value)} is no port` }));
}

function constraintRejections(rule: Place): readonly Rejection[] {
  if (!hasEntries(rule, 'ports') && !hasEntries(rule, 'notPorts')) return [];
  return messagesIn(rule, 'constraints')
    .map((constraint) => at(constraint, 'key'))
    .filter(({ value }) => value === 'destination.port')
    .map(({ path }) => ({
      field: path,
      why: 'a rule of 1.2 has ports, or a constraint on destination.port, not both',
    }));
}

/** As jsonpb reads an int32: a number, also in quotes. */
function isPort(value: Json | undefined): boolean {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= MAX_PORT;
}
