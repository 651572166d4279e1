import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { editedManifest, manifestObjects } from '../../src/release/helm-manifest.ts';
import { object } from '../objects.ts';

const MANIFEST = `---
# Source: istio/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: istio}
data:
  mesh: |
    # apiVersion: extensions/v1beta1
    on: "yes"
---
# Source: istio/templates/deployment.yaml
apiVersion: extensions/v1beta1   # as it was
kind: Deployment
metadata:
  name: istio-pilot
  namespace: istio-system
spec:
  # how many
  replicas: 1
  template: {metadata: {labels: {istio: pilot}}}
`;
const DEPLOYMENT = object('extensions/v1beta1', 'Deployment', 'istio-system/istio-pilot');
const SELECTOR = { matchLabels: { istio: 'pilot' } };

test('a version and a selector are edited where they stand, and every other letter stays', () => {
  const edited = editedManifest(MANIFEST, [{ object: DEPLOYMENT, apiVersion: 'apps/v1', selector: SELECTOR }]);
  const expected = MANIFEST.replace(
    'apiVersion: extensions/v1beta1   # as it was',
    'apiVersion: apps/v1   # as it was',
  ).replace('  replicas: 1', '  selector: {"matchLabels":{"istio":"pilot"}}\n  replicas: 1');
  assert.equal(edited, expected);
  assert.deepEqual(manifestObjects(edited, 'it')[1]?.object.spec, {
    selector: SELECTOR,
    replicas: 1,
    template: { metadata: { labels: { istio: 'pilot' } } },
  });
});

const SELECTORS: readonly (readonly [string, string])[] = [
  [
    'a block',
    'spec:\n  selector:\n    matchLabels:\n      app: pilot\n      # all\n      chart: pilot\n  replicas: 1\n',
  ],
  ['the last of its block', 'spec:\n  replicas: 1\n  selector:\n    matchLabels:\n      app: pilot\n'],
  ['in one line', 'spec:\n  selector: {matchLabels: {app: pilot}}\n  replicas: 1\n'],
  ['in a spec of one line', 'spec: {selector: {matchLabels: {app: pilot}}, replicas: 1}\n'],
  ['missing in a spec of one line', 'spec: {replicas: 1}\n'],
];
for (const [name, spec] of SELECTORS)
  test(`a selector is replaced however it is written: ${name}`, () => {
    const manifest = `kind: Deployment\napiVersion: apps/v1\nmetadata: {name: a}\n${spec}---\nkind: B\n`;
    const edited = editedManifest(manifest, [
      { object: object('apps/v1', 'Deployment', 'a'), apiVersion: 'apps/v1', selector: SELECTOR },
    ]);
    const [one] = manifestObjects(edited.replace('---\nkind: B\n', ''), 'it');
    assert.deepEqual(one?.object.spec, { selector: SELECTOR, replicas: 1 });
    assert.ok(edited.endsWith('---\nkind: B\n'));
  });

test('several objects are edited in one manifest', () => {
  const two = `${MANIFEST}---\n${MANIFEST.split('---\n')[2]?.replace('istio-pilot', 'istio-galley')}`;
  const galley = object('extensions/v1beta1', 'Deployment', 'istio-system/istio-galley');
  const edited = editedManifest(
    two,
    [DEPLOYMENT, galley].map((one) => ({ object: one, apiVersion: 'apps/v1' })),
  );
  assert.deepEqual(
    manifestObjects(edited, 'it').map(({ object: one }) => `${one.apiVersion} ${one.metadata.name}`),
    ['v1 istio', 'apps/v1 istio-pilot', 'apps/v1 istio-galley'],
  );
});

test('an object that is not in the manifest, or has no spec, is an error that names it', () => {
  const absent = [{ object: object('apps/v1', 'Deployment', 'none'), apiVersion: 'apps/v2' }];
  assert.throws(() => editedManifest(MANIFEST, absent), UpgradeError);
  const bare = [{ object: object('v1', 'ConfigMap', 'istio'), apiVersion: 'v1', selector: {} }];
  assert.throws(
    () => editedManifest(MANIFEST, bare),
    /ConfigMap\/istio in Helm's record cannot be rewritten: it has no spec/,
  );
});
