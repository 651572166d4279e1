import { canonicalJson, type Json, sameJson } from '../../../src/core/json.ts';
import { annotationsOf, refOf, refText } from '../../../src/core/object.ts';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { connection, connectionsOf } from '../../../src/mesh/mtls.ts';
import type { AuthnPolicy, PolicyMode } from '../../../src/mesh/policies.ts';
import { field } from '../../../src/mesh/proto-json.ts';
import { policiesIn } from '../../../src/mesh/server-policy.ts';
import type { Service } from '../../../src/mesh/services.ts';
import { sidecarPresence } from '../../../src/mesh/sidecar-presence.ts';
import type { Traffic } from '../../../src/mesh/traffic.ts';
import type { ClientTls } from '../../../src/mesh/traffic-policy.ts';

/** What is in force between clients of a namespace and one port of a service, for one subset. */
export interface Row {
  readonly client: string;
  readonly service: Service;
  readonly port: number;
  readonly subset: string;
  readonly tls: ClientTls;
  /** Several where it is up to chance or to the pod. */
  readonly modes: readonly PolicyMode[];
  /** The settings as they stand, in one text. */
  readonly settings: { readonly tls: string; readonly others: string };
  /** What is asked of requests; undefined where that is up to chance. */
  readonly requests: string | undefined;
}

/** Everything in force, by client, service, port and subset. */
export function rowsOf(traffic: Traffic): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const key of connectionsOf(traffic, traffic.namespaces)) {
    const found = connection(traffic, key);
    if (found === undefined) continue;
    const { client, server } = found;
    const { tls, ...others } = client.from;
    const row = { ...key, port: key.port.number, tls: client.tls };
    rows.set(rowKey(row), {
      ...row,
      modes: server.policy.is === 'ambiguous' ? server.policy.modes : [modeOf(server.mode)],
      settings: {
        tls: canonicalJson(tls?.value ?? {}),
        others: canonicalJson(Object.values(others).map((setting) => setting?.value ?? null)),
      },
      requests: server.policy.is === 'ambiguous' ? undefined : canonicalJson(requestsOf(policiesIn(server.policy)[0])),
    });
  }
  return rows;
}

function modeOf(mode: PolicyMode | 'AMBIGUOUS'): PolicyMode {
  if (mode === 'AMBIGUOUS') throw new Error('a mode is ambiguous only where policies are');
  return mode;
}

export function rowKey({ client, service, port, subset }: Pick<Row, 'client' | 'service' | 'port' | 'subset'>): string {
  return [client, refText(refOf(service.object)), port, subset].join(' ');
}

function requestsOf(policy: AuthnPolicy | undefined): readonly Json[] {
  const spec = policy?.object.spec;
  return [
    field(spec, 'origins') ?? [],
    field(spec, 'principalBinding') ?? 'USE_PEER',
    field(spec, 'originIsOptional') ?? false,
    field(spec, 'peerIsOptional') ?? false,
  ];
}

/** What somebody asks of a port, read here once more and not by the rules' own means. */
export interface Asked {
  readonly annotation: 'NONE' | 'MUTUAL_TLS' | undefined;
  readonly isExcluded: boolean;
}

/** What is asked of a service's port; undefined when nothing is. */
export function askedOf({ config }: Traffic, { object, hostname }: Service, port: number): Asked | undefined {
  const value = annotationsOf(object)[`auth.istio.io/${port}`];
  const annotation = value === 'NONE' || value === 'MUTUAL_TLS' ? value : undefined;
  const isExcluded = config.mtlsExcludedServices.includes(hostname);
  return annotation === undefined && !isExcluded ? undefined : { annotation, isExcluded };
}

/** Whether a row is as asked for. */
export function isAsAsked({ annotation, isExcluded }: Asked, row: Row, snapshot: Snapshot): boolean {
  if (isExcluded && row.tls !== 'PLAINTEXT') return false;
  if (annotation === undefined) return true;
  const hasServer = sidecarPresence(snapshot, row.service) !== 'none';
  if (annotation === 'NONE')
    return row.tls === 'PLAINTEXT' && (!hasServer || (row.modes.length === 1 && row.modes[0] !== 'STRICT'));
  return row.tls === 'ISTIO_MUTUAL' && hasServer && row.modes.length === 1 && row.modes[0] === 'STRICT';
}

/** What changed between two states of a row besides what may: nothing may that nobody asked for. */
export function changesOf(was: Row, is: Row, asked: Asked | undefined): readonly string[] {
  const mayServer = asked?.annotation !== undefined;
  return [
    ...(was.settings.others === is.settings.others ? [] : ['settings']),
    ...(asked !== undefined || was.settings.tls === is.settings.tls ? [] : ['tls']),
    ...(mayServer || sameJson(was.modes.toSorted(), is.modes.toSorted()) ? [] : ['server']),
    ...(was.requests === undefined || was.requests === is.requests ? [] : ['requests']),
  ];
}

/** Whether calls may fail, whichever policy Pilot takes. */
export function mayFail({ tls, modes }: Row): boolean {
  const isPlain = tls === 'PLAINTEXT' || tls === 'SIMPLE';
  return modes.some((mode) => (mode === 'STRICT' ? isPlain : mode === 'DISABLE' && tls === 'ISTIO_MUTUAL'));
}
