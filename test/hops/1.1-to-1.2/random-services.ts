import fc from 'fast-check';
import type { JsonObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { object } from '../../objects.ts';
import { type Obstacles, type PATHS, PORTS } from './mesh-pool.ts';

const SIDECARS = ['all', 'some', 'none', 'unknown'] as const;

export interface RandomService {
  readonly host: string;
  readonly objects: readonly K8sObject[];
  /** It has no sidecars, as an excluded service should not, and nobody asks it for mutual TLS. */
  readonly isExcludable: boolean;
}

/** A Service, with or without sidecars behind it and annotations `auth.istio.io/<port>` on it, and its Pods. */
export function randomService(path: (typeof PATHS)[number], obstacles: Obstacles): fc.Arbitrary<RandomService> {
  const [namespace = '', name = ''] = path.split('/');
  return fc
    .record({
      kind: fc.constantFrom('cluster-ip', 'cluster-ip', 'cluster-ip', 'headless', 'external', 'no-selector'),
      ports: fc.subarray([...PORTS], { minLength: 1, maxLength: 3 }),
      sidecars: fc.constantFrom(...SIDECARS, 'all' as const),
      asked: randomAnnotations,
      isPrivate: fc.constantFrom(false, false, false, true),
    })
    .map(({ kind, ports, sidecars, asked, isPrivate }) => {
      const hasSelector = kind !== 'no-selector' && path !== 'default/kubernetes' && kind !== 'external';
      const isBare = !hasSelector || sidecars === 'none';
      const annotations = {
        ...(isBare && !obstacles.includes('mutual-without-sidecar') ? withoutMutual(asked) : asked),
        ...(isPrivate ? { 'networking.istio.io/exportTo': '.' } : {}),
      };
      const spec = {
        ports,
        ...(hasSelector ? { selector: { app: name } } : {}),
        ...(kind === 'headless' ? { clusterIP: 'None' } : {}),
        ...(kind === 'external' ? { type: 'ExternalName', externalName: 'example.com' } : {}),
      };
      return {
        host: `${name}.${namespace}.svc.cluster.local`,
        objects: [object('v1', 'Service', path, { metadata: { annotations }, spec }), ...podsOf(path, sidecars)],
        isExcludable: isBare && !Object.values(annotations).includes('MUTUAL_TLS'),
      };
    });
}

const randomValue = fc.constantFrom(
  'NONE',
  'NONE',
  'NONE',
  'MUTUAL_TLS',
  'MUTUAL_TLS',
  'MUTUAL_TLS',
  'INHERIT',
  'none',
);
/** Dead ones among them: ports that the Service lacks, a value that counts for nothing, no number at all. */
const randomAnnotations: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.dictionary(
    fc.constantFrom(
      'auth.istio.io/80',
      'auth.istio.io/8000',
      'auth.istio.io/9090',
      'auth.istio.io/53',
      'auth.istio.io/x',
    ),
    randomValue,
    { maxKeys: 3 },
  ),
  fc
    .constantFrom('NONE', 'MUTUAL_TLS')
    .map((value) => Object.fromEntries([80, 8000, 9090].map((port) => [`auth.istio.io/${port}`, value]))),
);

function withoutMutual(annotations: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== 'MUTUAL_TLS'));
}

function podsOf(path: string, sidecars: (typeof SIDECARS)[number]): readonly K8sObject[] {
  const [, app = ''] = path.split('/');
  const pod = (name: string, containers: readonly string[]) =>
    object('v1', 'Pod', `${path}-${name}`, {
      metadata: { labels: { app, version: 'v1' } },
      spec: { containers: containers.map((container) => ({ name: container })) },
    });
  if (sidecars === 'unknown') return [];
  return [
    ...(sidecars === 'none' ? [] : [pod('meshed', ['server', 'istio-proxy'])]),
    ...(sidecars === 'all' ? [] : [pod('bare', ['server'])]),
  ];
}
