import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cluster, LiveRelease, Release } from '../../src/app/ports.ts';
import { renderRelease } from '../../src/app/render-release.ts';
import { ApiError, UpgradeError } from '../../src/core/errors.ts';
import { deployment, object } from '../objects.ts';
import { but, clusterOf } from './in-memory.ts';

const LABELS = { release: 'mesh', heritage: 'Tiller' };
const PILOT = deployment('istio-system/istio-pilot', { metadata: { labels: LABELS } });
const RECORD = object('v1', 'Secret', 'istio-system/sh.helm.release.v1.mesh.v1', {
  metadata: { labels: { owner: 'helm' } },
});
const OTHERS = [
  object('v1', 'Secret', 'istio-system/token', { metadata: { labels: { owner: 'me' } } }),
  object('v1', 'Secret', 'shop/sh.helm.release.v1.shop.v1', { metadata: { labels: { owner: 'helm' } } }),
];
const CERTIFICATES = object(
  'apiextensions.k8s.io/v1beta1',
  'CustomResourceDefinition',
  'certificates.certmanager.k8s.io',
  {
    spec: {
      group: 'certmanager.k8s.io',
      scope: 'Namespaced',
      version: 'v1alpha1',
      versions: [{ name: 'v1alpha1', served: true, storage: true }],
      names: { kind: 'Certificate', plural: 'certificates' },
    },
  },
);

/** Renders a release of which only its Pilot is known, and tells for whom. */
async function renderedIn(
  cluster: Cluster,
  { image = 'docker.io/istio/pilot:1.2.10', reusesValues = false }: { image?: string; reusesValues?: boolean } = {},
): Promise<LiveRelease | undefined> {
  let seen: LiveRelease | undefined;
  const release: Release = {
    name: 'istio-1.2.10',
    version: { major: 1, minor: 2, patch: 10, suffix: '' },
    directory: '/istio-1.2.10',
    reusesValues,
    render: async (live) => {
      seen = live;
      const pilot = deployment('istio-system/istio-pilot', { image });
      return { target: { objects: [{ object: pilot, source: 'pilot.yaml' }] }, problems: [] };
    },
    close: async () => undefined,
  };
  await renderRelease(release, cluster, 'istio-system');
  return seen;
}

describe('a release is rendered for the mesh that is live', () => {
  it('whose Pilot says how it is called and labelled', async () => {
    assert.deepEqual(await renderedIn(clusterOf(PILOT, RECORD)), {
      istioNamespace: 'istio-system',
      name: 'mesh',
      heritage: 'Tiller',
      kubernetes: 'v1.20.2',
      hasCertManager: false,
      records: undefined,
    });
  });

  it('or without a name where that says none, or lies elsewhere', async () => {
    const unlabelled = await renderedIn(clusterOf(deployment('istio-system/istio-pilot')));
    assert.deepEqual([unlabelled?.name, unlabelled?.heritage], [undefined, undefined]);
    const elsewhere = await renderedIn(clusterOf(deployment('other/istio-pilot', { metadata: { labels: LABELS } })));
    assert.equal(elsewhere?.name, undefined);
  });

  it('with what it has of cert-manager', async () => {
    assert.equal((await renderedIn(clusterOf(PILOT, CERTIFICATES)))?.hasCertManager, true);
  });

  it("and with Helm's records of its namespace, when they are asked for", async () => {
    const live = await renderedIn(clusterOf(PILOT, RECORD, ...OTHERS), { reusesValues: true });
    assert.deepEqual(
      live?.records?.map(({ metadata }) => metadata.name),
      ['sh.helm.release.v1.mesh.v1'],
    );
  });
});

it('records that may not be read are an error when they are asked for, and nobody asks otherwise', async () => {
  const cluster = clusterOf(PILOT);
  const forbidding = but(cluster, {
    list: (resource, query) => {
      if (resource.kind === 'Secret')
        throw new ApiError('list Secret: forbidden', { status: 403, reason: 'Forbidden' });
      return cluster.list(resource, query);
    },
  });
  assert.ok(await renderedIn(forbidding));
  await assert.rejects(renderedIn(forbidding, { reusesValues: true }), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.equal(error.message, '--reuse-values: list Secret: forbidden');
    assert.match(error.hint ?? '', /leave it out, and name the values/);
    return true;
  });
});

it('what was rendered is the version that the release is, whoever built it', async () => {
  assert.ok(await renderedIn(clusterOf(PILOT), { image: 'registry.example/pilot:1.2.10-distroless' }));
  await assert.rejects(renderedIn(clusterOf(PILOT), { image: 'docker.io/istio/pilot:1.1.17' }), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.equal(
      error.message,
      'istio-1.2.10 is Istio 1.2.10, and was rendered as 1.1.17: Deployment.apps/istio-system/istio-pilot runs docker.io/istio/pilot:1.1.17',
    );
    assert.equal(error.exit, 3);
    return true;
  });
});
