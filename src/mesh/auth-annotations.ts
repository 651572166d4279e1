import { annotationsOf } from '../core/object.ts';
import type { ServerMode } from './policies.ts';
import { findPort, type Service, type ServicePort } from './services.ts';

/**
 * One annotation `auth.istio.io/<port>` of a Service, which no Istio since 1.0 reads. `live` is one that Istio 0.8 obeyed;
 * `dead` never did anything.
 */
export type AuthAnnotation = { readonly key: string; readonly value: string } & (
  | { readonly state: 'live'; readonly asks: 'NONE' | 'MUTUAL_TLS'; readonly port: ServicePort }
  | { readonly state: 'dead'; readonly why: 'inherits' | 'unknown-value' | 'bad-port' | 'no-such-port' }
);

const PREFIX = 'auth.istio.io/';

/**
 * The `auth.istio.io/<port>` annotations of a Service, by key. The port is the Service's, not the container's, and the value counts by
 * exact spelling (pilot/pkg/serviceregistry/kube/conversion.go:59-61@0.8.0).
 */
export function authAnnotationsOf(service: Service): readonly AuthAnnotation[] {
  return Object.entries(annotationsOf(service.object))
    .filter(([key]) => key.startsWith(PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => authAnnotation(service, key, value));
}

function authAnnotation(service: Service, key: string, value: string): AuthAnnotation {
  const text = key.slice(PREFIX.length);
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65535) return { key, value, state: 'dead', why: 'bad-port' };
  const port = findPort(service, Number(text));
  if (port === undefined) return { key, value, state: 'dead', why: 'no-such-port' };
  if (value === 'INHERIT') return { key, value, state: 'dead', why: 'inherits' };
  if (value !== 'NONE' && value !== 'MUTUAL_TLS') return { key, value, state: 'dead', why: 'unknown-value' };
  return { key, value, state: 'live', asks: value, port };
}

/**
 * Whether a Policy that says what a live annotation asks would change what its port does today.
 * PERMISSIVE already takes the plaintext that NONE asks for.
 */
export function wouldChangeServer(asks: 'NONE' | 'MUTUAL_TLS', today: ServerMode): boolean {
  return asks === 'NONE' ? today !== 'DISABLE' && today !== 'PERMISSIVE' : today !== 'STRICT';
}
