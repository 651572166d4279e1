import type { Change } from '../core/change.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { MtlsEffect, MtlsState } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type Effect, effects } from '../mesh/effects.ts';
import { isWildcard } from '../mesh/hosts.ts';
import type { Connection } from '../mesh/mtls.ts';
import { policiesIn } from '../mesh/server-policy.ts';
import type { Traffic } from '../mesh/traffic.ts';

export interface MtlsReport {
  readonly mtls: readonly MtlsEffect[];
  readonly problems: readonly Problem[];
}

export interface MtlsStates {
  readonly before: Traffic;
  readonly after: Traffic;
  readonly sameMesh: Traffic;
  readonly told: ReadonlySet<string>;
}

/**
 * What a plan does to connections: those that change, those whose Policy or DestinationRule it writes, and those whose two sides do
 * not fit before or after.
 * @param before what is in force today, by the version that runs today
 * @param after what will be in force, by the version that will run then
 * @param sameMesh today's mesh by the version that will run then: what differs without any change of configuration is a finding
 * @param told objects, as `refText` writes them, of which it is told already that they are read differently
 */
export function mtlsReport(changes: readonly Change[], { before, after, sameMesh, told }: MtlsStates): MtlsReport {
  const written = new Set(changes.map(({ ref }) => refText(ref)));
  const rows = effects(before, after).filter((effect) => isWorthSaying(effect, written));
  return { mtls: rows.map(mtlsEffect), problems: readDifferently({ before, sameMesh, told }) };
}

function isWorthSaying(effect: Effect, written: ReadonlySet<string>): boolean {
  const { before, after, settings, changesOrigins, verdict } = effect;
  if (before?.conflict !== undefined || after?.conflict !== undefined) return true;
  // Services and subsets that come or go with the release say nothing about what is there.
  if (verdict === 'new' || verdict === 'gone') return false;
  if (verdict !== 'same' || settings.length > 0 || changesOrigins) return true;
  return [before, after].some((side) => ownObjects(side).some((object) => written.has(refText(refOf(object)))));
}

/** Policies and rules of the service alone: one for the whole mesh or a namespace would put every connection into the table. */
function ownObjects(connection: Connection | undefined): readonly K8sObject[] {
  if (connection === undefined) return [];
  const policies = policiesIn(connection.server.policy).filter(({ targets }) => targets.length > 0);
  const rules = (connection.client.rule?.rules ?? []).filter(({ host }) => !isWildcard(host));
  return [...policies, ...rules].map(({ object }) => object);
}

function mtlsEffect({
  service,
  port,
  subset,
  clients,
  before,
  after,
  verdict,
  settings,
  changesOrigins,
}: Effect): MtlsEffect {
  return {
    service: refOf(service.object),
    port: port.number,
    subset,
    clients,
    before: stateOf(before),
    after: stateOf(after),
    verdict,
    alsoChanged: [...settings.filter((component) => component !== 'tls'), ...(changesOrigins ? ['origins'] : [])],
  };
}

function stateOf(connection: Connection | undefined): MtlsState | undefined {
  if (connection === undefined) return undefined;
  const { server, client, conflict } = connection;
  const tls = client.from.tls?.rule;
  const rules = tls === undefined ? (client.rule?.rules ?? []) : [tls];
  return {
    server: server.mode,
    client: client.tls,
    isConflict: conflict !== undefined,
    because: [...policiesIn(server.policy), ...rules].map(({ object }) => refOf(object)),
  };
}

/** What the two versions answer differently for one and the same configuration. */
function readDifferently({ before, sameMesh, told }: Omit<MtlsStates, 'after'>): readonly Problem[] {
  if (before.semantics === sameMesh.semantics) return [];
  const different = effects(before, sameMesh).filter(
    ({ verdict, settings, changesOrigins }) => verdict !== 'same' || settings.length > 0 || changesOrigins,
  );
  return [...Map.groupBy(different, ({ service }) => service.hostname).values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const ref = refOf(first.service.object);
    const causes = new Set(rows.flatMap(({ before: was, after: is }) => [...refsOf(was), ...refsOf(is)]));
    if ([...causes].some((cause) => told.has(cause))) return [];
    const ports = [...new Set(rows.map(({ port }) => port.number))].join(', ');
    return [
      {
        id: 'read-differently',
        severity: 'warning',
        ref,
        message: `${refText(ref)}: the two versions read ${[...causes].sort().join(', ') || 'its configuration'} differently (port ${ports}: ${whatDiffers(rows)})`,
        hint: 'say in one rule or policy what is meant, so that both versions read it alike',
      } as const,
    ];
  });
}

function whatDiffers(rows: readonly Effect[]): string {
  const words = rows.flatMap(({ verdict, settings, changesOrigins, subset, after }) => [
    ...(verdict === 'gone' && subset !== '' ? [`subset ${subset} is dropped`] : []),
    ...(verdict === 'same' || verdict === 'gone' || verdict === 'new' ? [] : [`mutual TLS ${verdict}`]),
    ...(after === undefined ? [] : settings),
    ...(changesOrigins ? ['origins'] : []),
  ]);
  return [...new Set(words)].join(', ') || 'whether it is there';
}

function refsOf(connection: Connection | undefined): readonly string[] {
  if (connection === undefined) return [];
  const rules = connection.client.rule?.rules ?? [];
  const own = [...policiesIn(connection.server.policy).filter(({ targets }) => targets.length > 0), ...rules];
  return own.map(({ object }) => refText(refOf(object)));
}
