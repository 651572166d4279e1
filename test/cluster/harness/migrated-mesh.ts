import type { K8sObject } from '../../../src/core/object.ts';
import { object } from '../../objects.ts';
import { applyClientSide } from './client-side-apply.ts';
import type { TestCluster } from './cluster.ts';
import { seedIstio11 } from './seed.ts';
import { eventually } from './waiting.ts';

const MIGRATED: readonly K8sObject[] = [
  object('v1', 'Namespace', 'bar'),
  object('rbac.istio.io/v1alpha1', 'RbacConfig', 'bar/default', {
    spec: { mode: 'ON_WITH_EXCLUSION', exclusion: { namespaces: ['kube-system'] } },
  }),
  object('v1', 'Service', 'bar/foo', {
    metadata: { annotations: { 'auth.istio.io/8000': 'MUTUAL_TLS' } },
    spec: {
      selector: { app: 'foo' },
      ports: [
        { name: 'http', port: 80, protocol: 'TCP', targetPort: 80 },
        { name: 'http-api', port: 8000, protocol: 'TCP', targetPort: 8000 },
      ],
    },
  }),
];
const POD: K8sObject = object('v1', 'Pod', 'bar/foo-1', {
  metadata: { labels: { app: 'foo' } },
  spec: {
    containers: [
      { name: 'app', image: 'app:1' },
      { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17' },
    ],
  },
});

/** Istio 1.1.17 with configuration for migrations to carry over, and what somebody else set on a Deployment that is replaced. */
export async function seedMigratedMesh(cluster: TestCluster): Promise<void> {
  await seedIstio11(cluster, { manifests: 'control-plane.yaml' });
  for (const one of MIGRATED) await applyClientSide(cluster, one);
  // A pod is refused until the namespace's service account has its token.
  await eventually(() => cluster.create(POD).catch(() => undefined), { what: 'the first pod of namespace bar' });
  const citadel = object('apps/v1', 'Deployment', 'istio-system/istio-citadel');
  await cluster.patch(
    citadel,
    'merge',
    { metadata: { annotations: { team: 'platform' } } },
    { fieldManager: 'platform-team' },
  );
}
