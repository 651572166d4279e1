import { refOf } from '../../../core/object.ts';
import type { Problem } from '../../../core/problem.ts';
import type { Reason, Wish } from '../../../core/wish.ts';
import { type AuthAnnotation, authAnnotationsOf } from '../../../mesh/auth-annotations.ts';
import { meshConfigOf } from '../../../mesh/mesh-config.ts';
import { isProxied } from '../../../mesh/mtls.ts';
import { type Service, servicesOf } from '../../../mesh/services.ts';
import { type Traffic, trafficOf } from '../../../mesh/traffic.ts';
import type { RuleContext } from '../../../plan/rule.ts';
import { istio11 } from '../semantics.ts';
import type { Migration } from './migrate.ts';
import { isUnmet } from './outcome.ts';
import { inForceText, serviceText } from './texts.ts';

/** What today's annotations are worth, one note a service, and of each dead one why it never did anything. */
export function annotationProblems({ mesh }: RuleContext): readonly Problem[] {
  const { snapshot, istioNamespace } = mesh;
  const services = servicesOf(snapshot, meshConfigOf(snapshot, istioNamespace));
  const annotated = services.filter((service) => authAnnotationsOf(service).length > 0);
  if (annotated.length === 0) return [];
  const today = trafficOf(snapshot, istioNamespace, istio11);
  return annotated.flatMap((service) => [
    ...ignored(service, today),
    ...authAnnotationsOf(service).flatMap((annotation) => dead(service, annotation)),
  ]);
}

/** Takes annotations out that are of no more use: their ports are as they ask, or they are dead. */
export function removals(migration: Migration, because: Reason): readonly Wish[] {
  const left = unfulfilled(migration);
  return [...migration.start.traffic.services.values()].flatMap((service) => {
    const keys = authAnnotationsOf(service).flatMap(({ key }) => (left.has(`${service.hostname} ${key}`) ? [] : [key]));
    return keys.length === 0 ? [] : [removal(service, keys, because)];
  });
}

/** Annotations that stay although their removal is asked for. */
export function kept(migration: Migration): readonly Problem[] {
  const left = unfulfilled(migration);
  return [...migration.start.traffic.services.values()].flatMap((service) => {
    const keys = authAnnotationsOf(service).flatMap(({ key }) => (left.has(`${service.hostname} ${key}`) ? [key] : []));
    if (keys.length === 0) return [];
    const message = `${serviceText(service)} keeps ${keys.join(', ')}: it is not carried out for all clients`;
    return [{ id: 'auth-annotation-kept', severity: 'note', ref: refOf(service.object), message } as const];
  });
}

/** What is refused stays even where it is in force: without it, the next plan would find nothing to refuse. */
function unfulfilled({ outcomes, refusals }: Migration): ReadonlySet<string> {
  const open = [...outcomes.filter(isUnmet).map(({ demand }) => demand), ...refusals.flatMap(({ demands }) => demands)];
  const annotated = open.filter(({ source }) => source === 'annotation');
  return new Set(annotated.map(({ service, port }) => `${service.hostname} auth.istio.io/${port.number}`));
}

function removal({ object, hostname }: Service, keys: readonly string[], because: Reason): Wish {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace = '' } = metadata;
  const annotations = Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
  return {
    want: 'fields',
    object: { apiVersion, kind, metadata: { name, namespace } },
    remove: { 'f:metadata': { 'f:annotations': annotations } },
    phase: 'config',
    stage: 'clean-up',
    because,
    together: [hostname],
    notes: [`take ${keys.join(', ')} out of the Service's source (manifest, chart or repository) too`],
  };
}

function ignored(service: Service, today: Traffic): readonly Problem[] {
  const live = authAnnotationsOf(service).flatMap((one) =>
    one.state === 'live' && isUseful(service, one) ? [one] : [],
  );
  if (live.length === 0) return [];
  const texts = live.map(({ key, value, port }) => `${key}: ${value} (today: ${inForceText(today, service, port)})`);
  const message = `${serviceText(service)}: ignored by Istio since 1.0: ${texts.join('; ')}`;
  return [{ id: 'auth-annotation-ignored', severity: 'note', ref: refOf(service.object), message }];
}

const WHY_DEAD = {
  inherits: 'INHERIT asks for nothing',
  'unknown-value': 'its value is neither NONE nor MUTUAL_TLS',
  'bad-port': 'its key names no port number',
  'no-such-port': 'the Service has no such port',
} as const;

function dead(service: Service, annotation: AuthAnnotation): readonly Problem[] {
  if (annotation.state === 'live' && isUseful(service, annotation)) return [];
  const why = annotation.state === 'dead' ? WHY_DEAD[annotation.why] : 'the port is UDP, which passes sidecars by';
  const message = `${serviceText(service)}: ${annotation.key}: ${annotation.value} never did anything: ${why}`;
  return [{ id: 'auth-annotation-dead', severity: 'note', ref: refOf(service.object), message }];
}

function isUseful({ ports }: Service, { port }: Extract<AuthAnnotation, { state: 'live' }>): boolean {
  return ports.some((one) => one.number === port.number && isProxied(one));
}
