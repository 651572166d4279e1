import { sameJson } from '../../../core/json.ts';
import { type Effect, effects } from '../../../mesh/effects.ts';
import type { ServerPolicy } from '../../../mesh/server-policy.ts';
import type { Traffic } from '../../../mesh/traffic.ts';
import { asksOf } from '../../../mesh/verdict.ts';
import { asksServer, clientTlsFor, type Demand, type Refusal } from './demands.ts';
import { listed } from './texts.ts';

/** An effect on a port that something is asked of, and whether that comes true for these clients. */
export interface Outcome {
  readonly effect: Effect;
  readonly demand: Demand;
  readonly isClientMet: boolean;
  readonly isServerMet: boolean;
}

export function isUnmet({ isClientMet, isServerMet }: Outcome): boolean {
  return !isClientMet || !isServerMet;
}

/** What happens to the services of some namespaces; nothing that is done in them reaches others. */
export function effectsWithin(before: Traffic, after: Traffic, demands: readonly Demand[]): readonly Effect[] {
  const namespaces = new Set(demands.map(({ service }) => service.namespace));
  const [was, is] = [before, after].map((traffic) => ({
    ...traffic,
    services: new Map([...traffic.services].filter(([, { namespace }]) => namespaces.has(namespace))),
  }));
  return was === undefined || is === undefined ? [] : effects(was, is);
}

/** How each demand ends, an entry for every group of clients and every subset. */
export function outcomesOf(all: readonly Effect[], demands: readonly Demand[]): readonly Outcome[] {
  return all.flatMap((effect) =>
    demandsAt(effect, demands).map((demand) => ({
      effect,
      demand,
      isClientMet: effect.after?.client.tls === clientTlsFor(demand),
      isServerMet: isServerMet(demand, effect),
    })),
  );
}

/**
 * Services whose migration would change more than is asked for, or break calls that work: better not carried out at all.
 * @param demands those that are being carried out
 */
export function harmful(all: readonly Effect[], demands: readonly Demand[]): readonly Refusal[] {
  const touched = Map.groupBy(demands, ({ service }) => service.hostname);
  return [...touched.values()].flatMap((ofService) => {
    const own = all.filter(({ service }) => service.hostname === ofService[0]?.service.hostname);
    const changed = own.filter((effect) => isSideEffect(effect, demandsAt(effect, ofService)));
    if (changed.length > 0)
      return [{ demands: ofService, id: 'mtls-side-effect', why: sideEffectText(changed), hint: BY_HAND }];
    const excluded = ofService.filter(({ source, presence }) => source === 'excluded' && presence === 'all');
    const broken = own.filter((effect) => demandsAt(effect, excluded).length > 0 && isNewlyBroken(effect));
    return broken.length > 0
      ? [{ demands: excluded, id: 'mtls-excluded-sidecar', why: HAS_SIDECARS, hint: NOT_EXCLUDED }]
      : [];
  });
}

const BY_HAND = 'write the Policies and DestinationRules of this service by hand, and plan again';
const HAS_SIDECARS = 'its pods have sidecars that take nothing but mutual TLS, so calls in plaintext would fail';
const NOT_EXCLUDED = 'take it out of mtls_excluded_services; for plaintext, give it a Policy without mtls first';

/**
 * Services whose calls would fail until the rest of the plan is carried out, because what the control plane brings changes what applies
 * to them.
 * @param passing what happens in the mesh as it is when the migration is written
 * @param final what happens in the end; what fails there too is told otherwise
 */
export function tooEarly(
  passing: readonly Effect[],
  final: readonly Effect[],
  demands: readonly Demand[],
): readonly Refusal[] {
  const broken = (all: readonly Effect[]) =>
    new Set(all.filter(isNewlyBroken).flatMap((effect) => demandsAt(effect, demands)));
  const early = broken(passing).difference(broken(final));
  const services = new Set([...early].map(({ service }) => service.hostname));
  return [...Map.groupBy(demands, ({ service }) => service.hostname)].flatMap(([hostname, ofService]) =>
    services.has(hostname) ? [{ demands: ofService, id: 'mtls-too-early', why: TOO_EARLY, hint: LATER }] : [],
  );
}

const TOO_EARLY = 'its calls would fail until the mesh-wide Policy and rules of the new control plane are in';
const LATER = 'upgrade the control plane, then plan again: it is carried out then';

/** Whether calls fail that worked. */
export function isNewlyBroken({ before, after }: Effect): boolean {
  return after?.conflict !== undefined && before?.conflict === undefined;
}

export function demandsAt({ service, port }: Effect, demands: readonly Demand[]): readonly Demand[] {
  return demands.filter((demand) => demand.service.hostname === service.hostname && demand.port.number === port.number);
}

function isServerMet(demand: Demand, { after }: Effect): boolean {
  if (!asksServer(demand)) return demand.source === 'excluded' || demand.asks === 'NONE';
  const mode = after?.server.mode;
  return demand.asks === 'NONE' ? mode === 'DISABLE' || mode === 'PERMISSIVE' : mode === 'STRICT';
}

function isSideEffect(effect: Effect, asked: readonly Demand[]): boolean {
  const { before, after, settings } = effect;
  if (before === undefined || after === undefined) return true;
  const isServerChanged = before.server.mode !== after.server.mode && !asked.some(asksServer);
  const isClientChanged = settings.some((component) => component !== 'tls' || asked.length === 0);
  return isServerChanged || isClientChanged || changesRequests(before.server.policy, after.server.policy);
}

/** Whether other requests pass. Of several policies nobody knows which one counted, so nothing can be kept. */
function changesRequests(before: ServerPolicy, after: ServerPolicy): boolean {
  return before.is !== 'ambiguous' && !sameJson(asksOf(before), asksOf(after));
}

function sideEffectText(changed: readonly Effect[]): string {
  const ports = [
    ...new Set(changed.map(({ port, subset }) => `${port.number}${subset === '' ? '' : ` subset ${subset}`}`)),
  ];
  const clients = [...new Set(changed.flatMap((effect) => effect.clients))].sort();
  return `it would change more than that, on port ${ports.join(', ')} for clients in ${listed(clients)}`;
}
