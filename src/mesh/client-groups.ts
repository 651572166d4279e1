import { isSeenFrom } from './mtls.ts';
import type { MergedRule } from './rule-pools.ts';
import type { Service } from './services.ts';
import { clientRule, type Traffic } from './traffic.ts';

/** Two states of a mesh. */
export interface Sides {
  readonly before: Traffic;
  readonly after: Traffic;
}

/** A service on one side, as clients of one group see it: with the rule that they follow. */
export interface Seen {
  readonly service: Service;
  readonly rule: MergedRule | undefined;
}

/** What a client sees of a service on either side; undefined where it does not see it. */
export interface View {
  readonly before: Seen | undefined;
  readonly after: Seen | undefined;
}

/** Namespaces whose clients see the same: the same rule before, and the same rule after. */
export interface ClientGroup extends View {
  readonly clients: readonly string[];
}

/**
 * Groups client namespaces by the rules that they follow for a service.
 * @returns no group for clients that see the service on neither side
 */
export function clientGroups(
  { before, after }: Sides,
  hostname: string,
  clients: readonly string[],
): readonly ClientGroup[] {
  const views = clients
    .map((client) => ({ client, before: seenBy(client, before, hostname), after: seenBy(client, after, hostname) }))
    .filter((view) => view.before !== undefined || view.after !== undefined);
  const sameBefore = [...Map.groupBy(views, (view) => keyOf(view.before)).values()];
  const same = sameBefore.flatMap((some) => [...Map.groupBy(some, (view) => keyOf(view.after)).values()]);
  return same.map((some) => ({
    clients: some.map(({ client }) => client),
    before: some[0]?.before,
    after: some[0]?.after,
  }));
}

function keyOf(seen: Seen | undefined): MergedRule | 'unseen' | 'no rule' {
  return seen === undefined ? 'unseen' : (seen.rule ?? 'no rule');
}

function seenBy(client: string, traffic: Traffic, hostname: string): Seen | undefined {
  const service = traffic.services.get(hostname);
  if (service === undefined || !isSeenFrom(client, service)) return undefined;
  return { service, rule: clientRule(traffic, service, client) };
}

/** The subsets that clients of a group know on either side, after `''` for the service as a whole. */
export function subsetNames({ before, after }: ClientGroup): readonly string[] {
  return [...new Set(['', ...(before?.rule?.subsets.keys() ?? []), ...(after?.rule?.subsets.keys() ?? [])])];
}
