import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type K8sObject, refText } from '../../../src/core/object.ts';
import { installationChecks } from '../../../src/hops/1.1-to-1.2/checks/installation/index.ts';
import { istioData } from '../../cluster/harness/binaries.ts';
import { type ControlPlaneManifest, istioManifests, storedToday } from '../../cluster/harness/istio-manifests.ts';
import { release12 } from '../../cluster/istio-1.2.ts';
import { checkContextOf } from '../context.ts';

const [PLAIN, MTLS] = ['control-plane.yaml', 'control-plane-mtls.yaml'] as const;
const NAME = "the checks of an installation say of Istio's own manifests";
const isRequired = process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER === '1';
const skip = istioData() === undefined && !isRequired ? 'NOT RUN, no Istio releases: set ISTIO_DATA' : false;

// True of every mesh that runs the release's Prometheus.
const CARDINALITY = 'note changed-defaults ConfigMap/istio-system/prometheus';

/** `blocker values-lost ConfigMap/istio-system/istio` */
function found(live: readonly K8sObject[], manifest: ControlPlaneManifest): readonly string[] {
  const { controlPlane: target, customResources: postInstall } = release12(manifest);
  const context = checkContextOf({ live, target, postInstall });
  return installationChecks.flatMap((check) =>
    check.find(context).map(({ ref, severity = check.severity }) => `${severity} ${check.id} ${ref && refText(ref)}`),
  );
}

function mesh11(manifest: ControlPlaneManifest): readonly K8sObject[] {
  const { controlPlane, customResources } = istioManifests(manifest);
  return [...controlPlane.map(storedToday), ...customResources];
}

test(`${NAME}: rendered with the same values, one note`, { skip }, () => {
  assert.deepEqual(found(mesh11(PLAIN), PLAIN), [CARDINALITY]);
  assert.deepEqual(found(mesh11(MTLS), MTLS), [CARDINALITY]);
});

test(`${NAME}: rendered without mutual TLS, that it is half lost`, { skip }, () => {
  assert.deepEqual(found(mesh11(MTLS), PLAIN), [
    'warning global-mtls-changes DestinationRule.networking.istio.io/istio-system/default',
    'blocker control-plane-security-changes ConfigMap/istio-system/istio',
    CARDINALITY,
  ]);
});

test(`${NAME}: rendered with mutual TLS, that it comes`, { skip }, () => {
  assert.deepEqual(found(mesh11(PLAIN), MTLS), [
    'warning global-mtls-changes DestinationRule.networking.istio.io/istio-system/default',
    'warning control-plane-security-changes ConfigMap/istio-system/istio',
    CARDINALITY,
  ]);
});

test(`${NAME}: once they are applied, nothing`, { skip }, () => {
  const { controlPlane, customResources } = release12(MTLS);
  assert.deepEqual(found([...controlPlane, ...customResources], MTLS), []);
});
