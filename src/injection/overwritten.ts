import { isObject, type Json, type JsonObject, sameJson } from '../core/json.ts';
import type { ObjectRef } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { withKeys } from './pod-template.ts';

/** What an injection sets in a pod spec whatever was there before. */
export interface Overwriting {
  /** The `dnsConfig` of its template; undefined when it has none. Then kube-inject takes the user's out. */
  readonly injectedDns?: JsonObject | undefined;
  /** Tokens for SDS are mounted: the pod's securityContext becomes `{fsGroup: 1337}`. */
  readonly sdsTokenMount: boolean;
}

/** The pod securityContext under SDS (pilot/pkg/kube/inject/inject.go:801@1.2.10): the proxy's group may read the token. */
export const SDS_SECURITY_CONTEXT: JsonObject = { fsGroup: 1337 };

interface Origin {
  /** The pod spec as the user wrote it, where that is known. */
  readonly source: JsonObject | undefined;
  readonly ref: ObjectRef;
}

interface Restored {
  readonly spec: JsonObject;
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Undoes what injection overwrites: `dnsConfig` and `securityContext`, each only where its value is the injector's, or where the user is
 * known to have had one. What cannot be known is a problem.
 */
export function withoutOverwriting(spec: JsonObject, old: Overwriting, origin: Origin): Restored {
  const found = [
    { field: 'dnsConfig', injected: old.injectedDns, isErased: true, severity: 'note' },
    { field: 'securityContext', injected: sdsContext(old), isErased: false, severity: 'warning' },
  ] as const;
  let rest: Restored = { spec, removed: [], problems: [] };
  for (const one of found) {
    const { removed, problems, ...next } = restore(rest.spec, one, origin);
    rest = { ...next, removed: [...rest.removed, ...removed], problems: [...rest.problems, ...problems] };
  }
  return rest;
}

function sdsContext({ sdsTokenMount }: Overwriting): JsonObject | undefined {
  return sdsTokenMount ? SDS_SECURITY_CONTEXT : undefined;
}

interface Overwritten {
  readonly field: string;
  readonly injected: JsonObject | undefined;
  /** An injector that has no value of its own takes the user's out. */
  readonly isErased: boolean;
  readonly severity: Problem['severity'];
}

function restore(spec: JsonObject, overwritten: Overwritten, { source, ref }: Origin): Restored {
  const { field, injected, isErased } = overwritten;
  const isInjectors = injected !== undefined && isObject(spec[field]) && sameJson(spec[field], injected);
  const isGone = isErased && injected === undefined && spec[field] === undefined;
  const original = source?.[field];
  if (!isInjectors && !(isGone && original !== undefined)) return { spec, removed: [], problems: [] };
  const isKnown = source !== undefined;
  const problem = isKnown ? restoredProblem(field, original) : lostProblem(overwritten);
  if (sameJson(original, spec[field])) return { spec, removed: [], problems: [] };
  return {
    spec: withKeys(spec, { [field]: original }),
    removed: [field],
    problems: problem === undefined ? [] : [{ ...problem, ref }],
  };
}

function restoredProblem(field: string, original: Json | undefined): Problem | undefined {
  if (original === undefined) return undefined;
  return {
    id: 'injection-overwrote',
    severity: 'note',
    message: `injection had overwritten ${field}; it comes back as it was applied last`,
  };
}

function lostProblem({ field, injected, severity }: Overwritten): Problem {
  return {
    id: 'injection-overwrote',
    severity,
    message: `${field} is the injector's ${JSON.stringify(injected)}; whether the workload had one of its own before cannot be known`,
    hint: 'if it had one, inject from the original manifest: --original FILE',
  };
}
