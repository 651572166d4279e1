import { sameJson } from '../core/json.ts';
import type { Connection } from './mtls.ts';
import type { ServerMode } from './policies.ts';
import { field } from './proto-json.ts';
import { policiesIn, type ServerPolicy } from './server-policy.ts';
import { type ClientSettings, type ClientTls, COMPONENTS, type Component } from './traffic-policy.ts';

/**
 * How the protection of a connection changes. `weaker`, `stricter`: one side or both, and neither the other way. `changed`: both
 * ways at once, other certificates, or an ambiguous policy is involved. `new`, `gone`: it exists after, or before, only.
 */
export type Verdict = 'same' | 'weaker' | 'stricter' | 'changed' | 'new' | 'gone';

interface Sides {
  readonly before: Connection;
  readonly after: Connection;
}

const SERVER_RANKS: Readonly<Record<ServerMode, number | undefined>> = {
  DISABLE: 0,
  PERMISSIVE: 1,
  STRICT: 2,
  AMBIGUOUS: undefined,
};
const CLIENT_RANKS: Readonly<Record<ClientTls, number>> = { PLAINTEXT: 0, SIMPLE: 1, MUTUAL: 2, ISTIO_MUTUAL: 2 };

/** Compares what both sides do before and after; at least one of the two exists. */
export function verdictOf(before: Connection | undefined, after: Connection | undefined): Verdict {
  if (before === undefined) return 'new';
  if (after === undefined) return 'gone';
  const steps = new Set([serverStep({ before, after }), clientStep({ before, after })]);
  if (steps.has(undefined) || (steps.has(-1) && steps.has(1))) return 'changed';
  if (steps.has(-1)) return 'weaker';
  return steps.has(1) ? 'stricter' : 'same';
}

/** The parts of the client's traffic policy whose text becomes different; for `tls`, saying nothing and DISABLE are the same. */
export function changedSettings(before: ClientSettings, after: ClientSettings): readonly Component[] {
  return COMPONENTS.filter((component) => {
    const isPlain = component === 'tls' && before.tls === 'PLAINTEXT' && after.tls === 'PLAINTEXT';
    return !isPlain && !sameJson(before.from[component]?.value, after.from[component]?.value);
  });
}

/** Whether what the server's policies ask of requests becomes different: end-user tokens, and whose identity counts. */
export function changesOrigins({ before, after }: Sides): boolean {
  return !sameJson(asksOf(before.server.policy), asksOf(after.server.policy));
}

/** What policies ask of requests, with the defaults of what they do not say; no policy asks as little as one that says nothing. */
export function asksOf(answer: ServerPolicy) {
  const specs = policiesIn(answer).map(({ object }) => object.spec);
  return (specs.length === 0 ? [{}] : specs).map((spec) => ({
    origins: field(spec, 'origins') ?? [],
    principalBinding: field(spec, 'principalBinding') ?? 'USE_PEER',
    originIsOptional: field(spec, 'originIsOptional') ?? false,
    peerIsOptional: field(spec, 'peerIsOptional') ?? false,
  }));
}

function serverStep({ before, after }: Sides): number | undefined {
  const [from, to] = [SERVER_RANKS[before.server.mode], SERVER_RANKS[after.server.mode]];
  if (from === undefined && to === undefined) return hasSamePolicies({ before, after }) ? 0 : undefined;
  return from === undefined || to === undefined ? undefined : Math.sign(to - from);
}

function clientStep({ before, after }: Sides): number | undefined {
  const step = Math.sign(CLIENT_RANKS[after.client.tls] - CLIENT_RANKS[before.client.tls]);
  return step === 0 && before.client.tls !== after.client.tls ? undefined : step;
}

function hasSamePolicies({ before, after }: Sides): boolean {
  const specs = ({ server }: Connection) => policiesIn(server.policy).map(({ object }) => object.spec ?? null);
  return sameJson(specs(before), specs(after));
}
