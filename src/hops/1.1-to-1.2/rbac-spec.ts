import { isArray, isObject, type Json, type JsonObject, objectAt, sameJson } from '../../core/json.ts';
import type { K8sObject } from '../../core/object.ts';
import { enumValue, field } from '../../mesh/proto-json.ts';

// rbac/v1alpha1/rbac.proto:318-364 @1.1.17, the message of RbacConfig and of ClusterRbacConfig.
const MODES = ['OFF', 'ON', 'ON_WITH_INCLUSION', 'ON_WITH_EXCLUSION'] as const;
const ENFORCEMENT_MODES = ['ENFORCED', 'PERMISSIVE'] as const;
const SCOPES = { ON_WITH_INCLUSION: 'inclusion', ON_WITH_EXCLUSION: 'exclusion' } as const;

/** The mode of a configuration by name, for a reader; what cannot be one, as it stands there. */
export function modeText({ spec }: K8sObject): string {
  const mode = field(spec, 'mode');
  if (mode === undefined) return 'OFF';
  return enumValue(mode, MODES) ?? JSON.stringify(mode);
}

/**
 * Why Galley's validation refuses such a configuration, if it does (pkg/config/validation: ValidateClusterRbacConfig,
 * checkRbacConfig, 1.1.17:1524-1543, 1.2.10:1658).
 */
export function whyRefused(config: K8sObject): string | undefined {
  const { spec } = config;
  if (spec !== undefined && spec !== null && !isObject(spec)) return `its spec ${JSON.stringify(spec)} is no object`;
  return wrongMode(spec) ?? wrongEnforcement(spec) ?? wrongScope(spec, 'inclusion') ?? wrongScope(spec, 'exclusion');
}

/** Whether two configurations mean the same to Pilot: a mode by name or by number, absent, null or its default. */
export function isSameAuthorization(a: K8sObject, b: K8sObject): boolean {
  return sameJson(meaningOf(a), meaningOf(b));
}

function wrongMode(spec: Json | undefined): string | undefined {
  const mode = field(spec, 'mode');
  if (typeof mode === 'boolean') return `mode is ${mode}: in YAML, ON and OFF without quotes are no text`;
  if (mode === undefined) return undefined;
  const known = enumValue(mode, MODES);
  if (known === undefined) return `mode ${JSON.stringify(mode)} is none of ${MODES.join(', ')}`;
  if (known === 'OFF' || known === 'ON' || field(spec, SCOPES[known]) !== undefined) return undefined;
  return `mode ${known} needs an ${SCOPES[known]} ("${SCOPES[known]}: {}" for none)`;
}

function wrongEnforcement(spec: Json | undefined): string | undefined {
  const mode = field(spec, 'enforcementMode');
  if (mode === undefined || enumValue(mode, ENFORCEMENT_MODES) !== undefined) return undefined;
  return `enforcementMode ${JSON.stringify(mode)} is none of ${ENFORCEMENT_MODES.join(', ')}`;
}

function wrongScope(spec: Json | undefined, name: 'inclusion' | 'exclusion'): string | undefined {
  const scope = field(spec, name);
  if (scope === undefined) return undefined;
  if (!isObject(scope)) return `its ${name} ${JSON.stringify(scope)} is no object`;
  const wrong = ['services', 'namespaces'].find((list) => !isListOfStrings(field(scope, list)));
  return wrong === undefined ? undefined : `${name}.${wrong} is no list of names`;
}

function isListOfStrings(value: Json | undefined): boolean {
  return value === undefined || (isArray(value) && value.every((item) => typeof item === 'string'));
}

function meaningOf({ spec }: K8sObject): JsonObject {
  const { mode: _mode, enforcementMode: _camel, enforcement_mode: _snake, ...scopes } = objectAt(spec);
  const said = Object.entries(scopes).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(said),
    mode: named(field(spec, 'mode'), MODES),
    enforcementMode: named(field(spec, 'enforcementMode'), ENFORCEMENT_MODES),
  };
}

function named(value: Json = 0, names: readonly string[]): Json {
  return enumValue(value, names) ?? value;
}
