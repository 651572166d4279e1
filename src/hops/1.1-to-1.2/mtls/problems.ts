import { refOf } from '../../../core/object.ts';
import type { Problem } from '../../../core/problem.ts';
import { leaksAmong } from '../../../mesh/leaks.ts';
import { istio12 } from '../semantics.ts';
import type { Demand, Refusal, Source } from './demands.ts';
import type { Migration } from './migrate.ts';
import { isNewlyBroken, isUnmet, type Outcome } from './outcome.ts';
import { listed, portsText, refsText } from './texts.ts';

/** What a person should know about the demands of one source: all that is not as asked for is named. */
export function problemsOf(migration: Migration, source: Source): readonly Problem[] {
  const refused = new Set(migration.refusals.flatMap(({ demands }) => demands));
  const outcomes = migration.outcomes.filter(({ demand }) => demand.source === source);
  const carriedOut = outcomes.filter(({ demand }) => !refused.has(demand));
  return [
    ...migration.refusals.flatMap((refusal) => notCarriedOut(refusal, outcomes)),
    ...grouped(
      carriedOut.filter(({ isClientMet }) => !isClientMet),
      byRule,
    ).map(otherRule),
    ...grouped(carriedOut.filter(({ isServerMet }) => !isServerMet)).map(heldBack),
    ...grouped(carriedOut.filter(isMadeStricter)).map(stricter),
    ...grouped(carriedOut.filter(({ effect }) => effect.verdict === 'weaker')).map(weaker),
    ...grouped(carriedOut.filter(({ demand }) => demand.presence === 'some' && demand.asks === 'MUTUAL_TLS')).map(
      partly,
    ),
    ...grouped(
      carriedOut.filter(
        ({ demand, effect }) => demand.source === 'excluded' && demand.presence !== 'none' && isNewlyBroken(effect),
      ),
    ).map(broken),
    ...leaks(migration, source),
  ];
}

/** What was asked for, as its author wrote it. */
function askedText({ source, asks }: Demand): string {
  return source === 'excluded' ? 'mtls_excluded_services' : `the annotation's ${asks}`;
}

interface Group {
  readonly first: Outcome;
  readonly all: readonly Outcome[];
}

/** Outcomes that one message is about: of one service that is asked for the same. */
function grouped(outcomes: readonly Outcome[], also: (outcome: Outcome) => string = () => ''): readonly Group[] {
  const key = (one: Outcome) => [one.demand.service.hostname, one.demand.asks, also(one)].join(' ');
  return [...Map.groupBy(outcomes, key).values()].flatMap((all) =>
    all[0] === undefined ? [] : [{ first: all[0], all }],
  );
}

function byRule({ effect: { after } }: Outcome): string {
  return [
    after?.client.tls,
    ...(after?.client.rule?.rules ?? []).map(({ namespace, name }) => `${namespace}/${name}`),
  ].join(' ');
}

function problem(id: string, { first, all }: Group, text: string, hint?: string): Problem {
  const { service } = first.demand;
  const message = `${portsText(
    service,
    all.map(({ demand }) => demand.port),
  )}: ${text}`;
  return { id, severity: 'warning', ref: refOf(service.object), message, hint };
}

function clientsIn(all: readonly Outcome[]): string {
  const clients = listed(all.flatMap(({ effect }) => effect.clients).sort());
  const subsets = new Set(all.map(({ effect }) => effect.subset).filter((subset) => subset !== ''));
  return subsets.size === 0 ? `clients in ${clients}` : `clients in ${clients} (also subset ${listed(subsets)})`;
}

function notCarriedOut({ demands, id, why, hint }: Refusal, outcomes: readonly Outcome[]): readonly Problem[] {
  const left = outcomes.filter((outcome) => demands.includes(outcome.demand) && isUnmet(outcome));
  return grouped(left).map((group) => {
    const text = `${askedText(group.first.demand)} is not carried out for ${clientsIn(group.all)}: ${why}`;
    return problem(id, group, text, hint);
  });
}

function decide(rules: readonly unknown[]): string {
  return rules.length === 1 ? 'decides' : 'decide';
}

function otherRule(group: Group): Problem {
  const { effect, demand } = group.first;
  const { tls, rule } = { tls: effect.after?.client.tls, rule: effect.after?.client.rule };
  const stay = `${clientsIn(group.all)} go on with ${tls}`;
  if (rule === undefined || !effect.clients.every((client) => client === rule.namespace)) {
    const reason =
      rule === undefined ? 'no rule reaches them' : `${refsText(rule.rules)} ${decide(rule.rules)} for them`;
    const hint = `rules for this host in namespace ${demand.service.namespace} are private; export one, or add one where the clients are`;
    return problem('mtls-not-reached', group, `${stay}, against ${askedText(demand)}: ${reason}`, hint);
  }
  const text = `${stay}, against ${askedText(demand)}: in their namespace ${refsText(rule.rules)} ${decide(rule.rules)}`;
  return problem(
    'mtls-client-rule-wins',
    group,
    text,
    'change that rule, or add one for this host beside it, and plan again',
  );
}

function heldBack(group: Group): Problem {
  const { effect, demand } = group.first;
  const text = `its sidecars take ${effect.after?.server.mode}, not what ${askedText(demand)} asks for, for ${clientsIn(group.all)}: else clients that go on otherwise, if only until Pilot 1.2 runs, would be cut off`;
  return problem(
    'mtls-held-back',
    group,
    text,
    'change the rules that those clients follow, keep one for each host, and plan again',
  );
}

function isMadeStricter({ effect: { before, after } }: Outcome): boolean {
  return before?.server.mode !== 'STRICT' && after?.server.mode === 'STRICT';
}

function stricter(group: Group): Problem {
  const mode = group.first.effect.before?.server.mode;
  const text = `from ${mode} to STRICT, as its annotation asks: clients without a sidecar are cut off`;
  return problem('mtls-stricter', group, text, 'see that all clients have sidecars; if not, take the annotation out');
}

function weaker(group: Group): Problem {
  const text = `less is encrypted than today, as ${askedText(group.first.demand)} asks, for ${clientsIn(group.all)}`;
  return problem('mtls-weaker', group, text, 'if that is not meant any more, take the request out and plan again');
}

function partly(group: Group): Problem {
  const text = 'some of its pods have no sidecar: mutual TLS does not reach them, so calls to them fail';
  return problem('mtls-some-without-sidecar', group, text, 'inject the missing sidecars first');
}

function broken(group: Group): Problem {
  const text = `its server takes STRICT only: in plaintext, ${clientsIn(group.all)} reach none of its pods that have sidecars`;
  return problem(
    'mtls-excluded-strict',
    group,
    text,
    'an excluded service has no sidecars; if it has, take it out of the list',
  );
}

/** Pilot mixes such rules up; what is in force then depends on the order of its pushes. */
function leaks({ after, edits }: Migration, source: Source): readonly Problem[] {
  const demands = edits
    .filter(({ object, demands: all }) => object.kind === 'DestinationRule' && all.some((one) => one.source === source))
    .flatMap((edit) => edit.demands);
  const services = new Map(demands.map(({ service }) => [service.hostname, service]));
  const rules = after.rules.filter((rule) => services.has(rule.host) && !after.dropped.includes(rule));
  return [...Map.groupBy(leaksAmong(rules, istio12), ({ host }) => host)].map(([host, some]) => ({
    id: 'mtls-leak',
    severity: 'warning',
    ref: some[0] && refOf(some[0].into.object),
    message: `rules of ${host} run into each other inside Pilot, so what is in force can differ from what this plan says: ${refsText(some.flatMap(({ from, into }) => [into, from]))}`,
    hint: 'keep all rules of one host in one namespace, with one visibility',
  }));
}
