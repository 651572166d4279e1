import type { Right } from '../core/right.ts';
import type { Cluster } from './ports.ts';

/** Of some rights those that the user does not have; what the server cannot say counts as held. */
export type FindMissing = (rights: readonly Right[]) => Promise<readonly Right[]>;

/**
 * Asks a server what its user may do: each question once, for all objects of a resource in a namespace first, and by name only where that
 * is refused. The first object that is refused by name too speaks for all that follow, and any verb for the others: they are blocked alike.
 */
export function rightsAsker(cluster: Pick<Cluster, 'allows'>): FindMissing {
  const wide = new Map<string, Promise<boolean>>();
  const byName = new Map<string, Promise<boolean>>();
  const isRefused = async (right: Right): Promise<boolean> => (await cluster.allows(right)) === false;
  const isRefusedForAll = (right: Right): Promise<boolean> => {
    const answer = wide.get(keyOf(right)) ?? isRefused({ ...right, name: undefined });
    wide.set(keyOf(right), answer);
    return answer;
  };
  const isRefusedByName = (right: Right): Promise<boolean> => {
    const before = byName.get(keyOf(right)) ?? Promise.resolve(right.name === undefined);
    const answer = before.then((isKnown) => isKnown || isRefused(right));
    byName.set(keyOf(right), answer);
    return answer;
  };
  return async (rights) => {
    const answers = await Promise.all(rights.map(isRefusedForAll));
    const refused = rights.filter((_, index) => answers[index]);
    for (const right of refused) if (await isRefusedByName(right)) return refused;
    return [];
  };
}

function keyOf({ verb, group, resource, subresource, namespace }: Right): string {
  return JSON.stringify([verb, group, resource, subresource, namespace]);
}
