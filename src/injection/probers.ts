import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { nameOf } from './pod-template.ts';

const PROBERS_ENV = 'ISTIO_KUBE_APP_PROBERS';
const PREFIX = '/app-health/';

/** The probes of a container, with the last part of the path that injection gives each of them. */
export const PROBES = [
  ['readinessProbe', 'readyz'],
  ['livenessProbe', 'livez'],
  ['startupProbe', 'startupz'],
] as const;

export interface RestoredProbes {
  readonly containers: readonly Json[];
  /** `containers[name="app"].livenessProbe`: the probes that ask the application again. */
  readonly restored: readonly string[];
  /** The probes that ask the sidecar, which has no record of what they asked before. */
  readonly lost: readonly string[];
}

/** Whether a probe asks the sidecar in the application's place. */
export function isRewritten(probe: Json | undefined): boolean {
  return stringAt(valueAt(probe, 'httpGet', 'path'))?.startsWith(PREFIX) ?? false;
}

/**
 * Gives containers back the HTTP probes that injection made the sidecar answer (pilot/pkg/kube/inject/app_probe.go@1.2.10). A probe that
 * somebody has set otherwise since then stays. A port that was named comes back as its number.
 * @param sidecar the container whose environment has the record
 */
export function restoreProbes(containers: readonly Json[], sidecar: JsonObject | undefined): RestoredProbes {
  const record = recordOf(sidecar);
  const found = containers.map((container) => (container === sidecar ? [] : rewrittenProbes(container, record)));
  const pathsOf = (isKnown: boolean) =>
    found.flatMap((probes) => probes.filter(({ probe }) => (probe !== undefined) === isKnown).map(({ path }) => path));
  return {
    containers: containers.map((container, index) => withProbes(container, found[index] ?? [])),
    restored: pathsOf(true),
    lost: pathsOf(false),
  };
}

interface RewrittenProbe {
  readonly field: string;
  readonly path: string;
  /** As it was; undefined where there is no record of that. */
  readonly probe: JsonObject | undefined;
}

function rewrittenProbes(container: Json, record: JsonObject): readonly RewrittenProbe[] {
  if (!isObject(container)) return [];
  const name = nameOf(container);
  return PROBES.filter(([field]) => isRewritten(container[field])).map(([field, key]) => {
    const httpGet = actionIn(record[`${PREFIX}${name}/${key}`]);
    const probe = httpGet === undefined ? undefined : { ...objectAt(container[field]), httpGet };
    return { field, path: `containers[name="${name}"].${field}`, probe };
  });
}

function withProbes(container: Json, probes: readonly RewrittenProbe[]): Json {
  const known = probes.flatMap(({ field, probe }) => (probe === undefined ? [] : [[field, probe] as const]));
  if (!isObject(container) || known.length === 0) return container;
  return { ...container, ...Object.fromEntries(known) };
}

/** 1.1 and 1.2 record the HTTP action itself, later releases put it in `httpGet`. */
function actionIn(entry: Json | undefined): JsonObject | undefined {
  if (!isObject(entry)) return undefined;
  return isObject(entry.httpGet) ? entry.httpGet : entry.port === undefined ? undefined : entry;
}

function recordOf(sidecar: JsonObject | undefined): JsonObject {
  const variable = listAt(sidecar?.env).find((item) => nameOf(item) === PROBERS_ENV);
  try {
    const value: Json = JSON.parse(stringAt(valueAt(variable, 'value')) ?? '{}');
    return objectAt(value);
  } catch {
    return {};
  }
}
