import fc from 'fast-check';
import { type JsonObject, objectAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { object } from '../../objects.ts';
import { NAMESPACES, type Obstacles, PATHS } from './mesh-pool.ts';
import { policy, randomMeshPolicy, randomPolicies, withoutOverlaps } from './random-policies.ts';
import { randomRules } from './random-rules.ts';
import { randomService } from './random-services.ts';

/** The objects of a mesh: namespaces, mesh configuration, Services and their Pods, Policies, DestinationRules. */
export function randomMesh(obstacles: Obstacles): fc.Arbitrary<readonly K8sObject[]> {
  const namespaces = NAMESPACES.map((name) => object('v1', 'Namespace', name));
  return fc
    .tuple(
      fc.tuple(...PATHS.map((path) => often(randomService(path, obstacles)))),
      fc.tuple(...NAMESPACES.map((namespace) => randomPolicies(namespace, obstacles))),
      randomMeshPolicy,
      randomRules(obstacles),
      randomConfig,
    )
    .chain(([services, policies, meshPolicy, rules, config]) => {
      const all = services.flatMap((one) => one ?? []);
      const excludable = all.filter(({ isExcludable }) => obstacles.includes('excluded-with-sidecar') || isExcludable);
      return fc
        .subarray(excludable.map(({ host }) => host))
        .map((hosts) => [
          ...namespaces,
          meshConfigMap({ ...config, mtlsExcludedServices: [...hosts, ...config.mtlsExcludedServices] }),
          ...all.flatMap(({ objects }) => objects),
          ...policies.flatMap((some) => (obstacles.includes('overlapping-policies') ? some : withoutOverlaps(some))),
          ...meshPolicy,
          ...rules,
        ]);
    });
}

/** What a release brings that decides about TLS: nothing, or what `global.mtls.enabled` makes. */
export const randomRelease: fc.Arbitrary<readonly K8sObject[]> = fc
  .option(fc.constantFrom<JsonObject>({ mtls: {} }, { mtls: { mode: 'PERMISSIVE' } }))
  .map((peer) => {
    if (peer === null) return [];
    const everywhere = object('networking.istio.io/v1alpha3', 'DestinationRule', 'istio-system/default', {
      spec: { host: '*.local', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
    });
    return [policy('default', { peers: [peer] }), ...('mode' in objectAt(peer.mtls) ? [] : [everywhere])];
  });

function often<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 3 });
}

const randomConfig = fc.record({
  exportsRules: fc.constantFrom(true, true, false),
  usesMcp: fc.boolean(),
  mtlsExcludedServices: fc.subarray(['foo', 'ghost.bar.svc.cluster.local', '*.bar.svc.cluster.local'], {
    maxLength: 1,
  }),
});

function meshConfigMap(config: {
  readonly exportsRules: boolean;
  readonly usesMcp: boolean;
  readonly mtlsExcludedServices: readonly string[];
}): K8sObject {
  const mesh = {
    ...(config.exportsRules ? {} : { defaultDestinationRuleExportTo: ['.'] }),
    ...(config.usesMcp ? { configSources: [{ address: 'istio-galley:9901' }] } : {}),
    mtlsExcludedServices: config.mtlsExcludedServices,
  };
  return object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: JSON.stringify(mesh) } });
}
