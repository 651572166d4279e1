import { isProxied, serverAnswer } from '../../../mesh/mtls.ts';
import type { Service, ServicePort } from '../../../mesh/services.ts';
import type { Traffic } from '../../../mesh/traffic.ts';
import type { SideEdits } from './client-side.ts';
import type { Demand, Refusal } from './demands.ts';
import type { Edit } from './edits.ts';
import { type Naming, nameFor } from './names.ts';
import { newPolicy, peersOnly, targetsWithout, withPeers } from './policy-contents.ts';
import { decide, type Move } from './policy-moves.ts';
import type { ServerNeed } from './server-needs.ts';
import { portsText, refsText } from './texts.ts';

/**
 * The Policies that make servers take what is asked for. Of two that target one port Pilot takes any, so a port that gets its own leaves
 * the one that it shared with others; and each goes through PERMISSIVE, so that clients can follow.
 */
export function serverSide(traffic: Traffic, needs: readonly ServerNeed[], naming: Naming): SideEdits {
  const decided = needs.map((need) => decide(traffic, need, needs));
  const refusals = decided.flatMap((one) => ('refusal' in one ? [one.refusal] : []));
  if (refusals.length > 0) return { edits: [], refusals };
  const moves = decided.flatMap((one) => ('move' in one ? [one.move] : []));
  const losses = lossesOf(traffic, moves);
  return {
    edits: [...creations(traffic, moves, naming), ...inPlace(moves), ...losses.edits],
    refusals: losses.refusals,
  };
}

function creations(traffic: Traffic, moves: readonly Move[], naming: Naming): readonly Edit[] {
  const news = moves.flatMap((move) => (move.do === 'create' ? [move] : []));
  const byService = Map.groupBy(news, ({ need }) => need.demand.service.hostname);
  return [...byService.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const isOne = coversService(traffic, first.need.demand.service, some);
    return isOne
      ? [created(traffic, some, [], naming)]
      : some.map((one) => created(traffic, [one], portsOf(one), naming));
  });
}

/** All ports alike and no other Policy in the way: one Policy for the service says it more simply. */
function coversService(traffic: Traffic, { ports, hostname, namespace }: Service, moves: readonly Move[]): boolean {
  const count = ports.filter(isProxied).length;
  const isTargeted = (traffic.servers.policies.byNamespace.get(namespace) ?? []).some(({ targets }) =>
    targets.some((target) => target.hostname === hostname),
  );
  const modes = new Set(moves.map(({ need }) => need.mode));
  return count > 1 && moves.length === count && modes.size === 1 && !isTargeted;
}

function portsOf({ need }: Move): readonly ServicePort[] {
  return [need.demand.port];
}

function created(
  traffic: Traffic,
  moves: readonly Extract<Move, { do: 'create' }>[],
  ports: readonly ServicePort[],
  naming: Naming,
): Edit {
  const [first] = moves;
  if (first === undefined) throw new Error('a Policy is made for some port');
  const { need, base } = first;
  const { service, asks } = need.demand;
  const name = nameFor(asks, service.name, ports[0]?.number);
  const object = naming(newPolicy(name, { service, ports, mode: need.mode, base }));
  return {
    object,
    via: withPeers(object, 'PERMISSIVE', base?.object.spec),
    stage: 'settled',
    demands: moves.map((one) => one.need.demand),
    notes: [...moves.map((one) => modeNote(traffic, one.need)), ...identityNotes(need.demand)],
  };
}

/** What is PERMISSIVE in the end has to be so before clients change; what ends it comes after them. */
function inPlace(moves: readonly Move[]): readonly Edit[] {
  const edits = moves.flatMap((move) => (move.do === 'edit' ? [move] : []));
  return [...Map.groupBy(edits, ({ policy }) => policy)].flatMap(([policy, some]) => {
    const [first] = some;
    const mode = first?.need.mode;
    if (mode === undefined || mode === policy.mode) return [];
    const demands = some.map(({ need }) => need.demand);
    const notes = [
      ...demands.map((demand) => `${portsText(demand.service, [demand.port])}: from ${policy.mode} to ${mode}`),
      ...demands.slice(0, 1).flatMap(identityNotes),
      SOURCE,
    ];
    const edit: Edit = {
      object: peersOnly(policy, mode),
      stage: mode === 'PERMISSIVE' ? 'prepare' : 'settled',
      demands,
      notes,
    };
    const isStraight = mode === 'PERMISSIVE' || policy.mode === 'PERMISSIVE';
    return [isStraight ? edit : { ...edit, via: peersOnly(policy, 'PERMISSIVE') }];
  });
}

function lossesOf(traffic: Traffic, moves: readonly Move[]): SideEdits {
  const losses = moves.flatMap(({ need, from }) => from.map((policy) => ({ policy, need })));
  const edits: Edit[] = [];
  const refusals: Refusal[] = [];
  for (const [policy, some] of Map.groupBy(losses, (loss) => loss.policy)) {
    const demands = some.map(({ need }) => need.demand);
    const object = targetsWithout(policy, demands, traffic.config.domain);
    if (object === undefined) {
      const why = `${refsText([policy])} and another Policy of the same port would be left without any target`;
      refusals.push({ demands, id: 'mtls-policy-several', why });
      continue;
    }
    const notes = demands.map(
      (demand) =>
        `${portsText(demand.service, [demand.port])} gets a Policy of its own; all other ports stay with this one`,
    );
    edits.push({ object, stage: 'prepare', demands, notes: [...notes, SOURCE] });
  }
  return { edits, refusals };
}

const SOURCE = 'change the source (manifest, chart or repository) of this Policy too, before it is applied again';

function modeNote(traffic: Traffic, { demand, mode }: ServerNeed): string {
  const today = serverAnswer(traffic, demand.service, demand.port);
  const by = today.policy.is === 'policy' ? ` by ${refsText([today.policy.policy])}` : '';
  return `${portsText(demand.service, [demand.port])}: today ${today.mode}${by}, from then on ${mode}`;
}

function identityNotes({ asks }: Demand): readonly string[] {
  if (asks === 'MUTUAL_TLS') return [];
  return [
    'callers without mutual TLS have no identity: conditions on source.principal or source.namespace do not match them',
  ];
}
