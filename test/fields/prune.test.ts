import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { difference, EMPTY, type FieldPath, pathsOf, setOfPaths } from '../../src/fields/field-set.ts';
import { mergeApplied } from '../../src/fields/merge.ts';
import { parsePathText } from '../../src/fields/path-text.ts';
import { fieldsPresent, onlyFields, valueAtPath, withoutFields } from '../../src/fields/prune.ts';
import { anyCustomResource, deployment } from './samples.ts';

const identity = ({ apiVersion, kind, metadata: { name, namespace } }: K8sObject) => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const set = (...paths: readonly string[]) => setOfPaths(paths.map(parsePathText));
const at = (object: K8sObject, path: string): Json | undefined => valueAtPath(object, parsePathText(path));
const CONTAINER = 'spec.template.spec.containers[name="proxy"]';

test('everything that an object applies, taken out of it, leaves its identity', () => {
  assert.deepEqual(withoutFields(deployment, fieldsOf(deployment)), identity(deployment));
  fc.assert(
    fc.property(anyCustomResource, (object) =>
      assert.deepEqual(withoutFields(object, fieldsOf(object)), identity(object)),
    ),
  );
});

test('everything that an object applies is the object', () => {
  assert.deepEqual(onlyFields(deployment, fieldsOf(deployment)), deployment);
  fc.assert(fc.property(anyCustomResource, (object) => assert.deepEqual(onlyFields(object, fieldsOf(object)), object)));
});

test('nothing taken out is the object, nothing kept is its identity', () => {
  assert.deepEqual(withoutFields(deployment, EMPTY), deployment);
  assert.deepEqual(onlyFields(deployment, EMPTY), identity(deployment));
});

test('the parts that are kept own what they were kept for', () => {
  const wanted = set(`${CONTAINER}.image`, 'spec.replicas', 'metadata.labels[app.kubernetes.io/name]');
  const kept = onlyFields(deployment, wanted);
  assert.deepEqual(difference(wanted, fieldsOf(kept)), EMPTY);
  assert.deepEqual(at(kept, CONTAINER), { name: 'proxy', image: 'proxy:1' });
  assert.deepEqual(kept.metadata.labels, { 'app.kubernetes.io/name': 'pilot' });
});

test('the input is left as it is', () => {
  const frozen = structuredClone(deployment);
  withoutFields(deployment, fieldsOf(deployment));
  onlyFields(deployment, set('spec.replicas'));
  assert.deepEqual(deployment, frozen);
});

test('an item of a keyed list is found by its keys and goes whole when it is a member itself', () => {
  const left = withoutFields(deployment, set(CONTAINER));
  assert.equal(at(left, CONTAINER), undefined);
  assert.equal(at(left, 'spec.template.spec.containers[name="discovery"].image'), 'pilot:1');
});

test('defaults that nobody owns do not keep a removed item alive', () => {
  const set = {
    'f:spec': {
      'f:template': {
        'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
      },
    },
  };
  assert.equal(at(withoutFields(deployment, set), CONTAINER), undefined);
});

test('an item that is no member keeps its keys', () => {
  const left = withoutFields(deployment, set(`${CONTAINER}.name`, `${CONTAINER}.image`, `${CONTAINER}.args`));
  assert.deepEqual(at(left, CONTAINER), { name: 'proxy', ports: [{ containerPort: 80, protocol: 'TCP' }] });
});

test('a map or list from which everything was removed goes too', () => {
  const left = withoutFields(
    deployment,
    set(
      'metadata.labels[app.kubernetes.io/name]',
      'metadata.finalizers[="example.com/a"]',
      'metadata.finalizers[="example.com/b"]',
    ),
  );
  assert.deepEqual(Object.keys(left.metadata), ['name', 'namespace']);
});

test('a value of a set goes alone', () => {
  assert.deepEqual(withoutFields(deployment, set('metadata.finalizers[="example.com/a"]')).metadata.finalizers, [
    'example.com/b',
  ]);
});

test('an atomic list goes whole', () => {
  assert.equal(at(withoutFields(deployment, set(`${CONTAINER}.args`)), `${CONTAINER}.args`), undefined);
});

test('a map that was empty from the start stays', () => {
  const left = withoutFields(
    { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: { empty: {}, a: 1 } },
    set('spec.a'),
  );
  assert.deepEqual(left.spec, { empty: {} });
});

test('names and versions are never taken out', () => {
  assert.deepEqual(withoutFields(deployment, set('apiVersion', 'kind', 'metadata', 'spec')), identity(deployment));
  assert.deepEqual(withoutFields(deployment, set('metadata.name', 'metadata.namespace')), deployment);
});

test('fields that are not there change nothing', () => {
  const missing = set(
    'spec.nothing',
    'spec.replicas.deeper',
    'spec.template.spec.containers[name="nobody"].image',
    'spec.template.spec.containers[7]',
    'metadata.labels[0]',
  );
  assert.deepEqual(withoutFields(deployment, missing), deployment);
  assert.deepEqual(fieldsPresent(missing, deployment), EMPTY);
});

test('fields that are present are the members that lead somewhere', () => {
  const present = set('spec.replicas', CONTAINER, `${CONTAINER}.image`, 'metadata.finalizers[="example.com/a"]');
  const absent = set(`${CONTAINER}.workingDir`, 'metadata.finalizers[="example.com/c"]', 'status');
  const both = set(
    'spec.replicas',
    CONTAINER,
    `${CONTAINER}.image`,
    `${CONTAINER}.workingDir`,
    'metadata.finalizers[="example.com/a"]',
    'status',
  );
  assert.deepEqual(fieldsPresent(both, deployment), present);
  assert.deepEqual(fieldsPresent(absent, deployment), EMPTY);
});

test('a port without its default protocol is the port with it', () => {
  const port = set('spec.ports[port=80,protocol="TCP"].name');
  const service: K8sObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { ports: [{ port: 80, name: 'http' }] },
  };
  assert.deepEqual(fieldsPresent(port, service), port);
});

test('what is taken out is gone, and merged back makes the object again', () => {
  const objectAndLeaves = fc.oneof(anyCustomResource, fc.constant(deployment)).chain((object) => {
    const leaves = pathsOf(fieldsOf(object)).filter(
      (path, _index, paths) => !paths.some((other) => isInside(other, path)),
    );
    return fc.record({ object: fc.constant(object), leaves: fc.subarray(leaves) });
  });
  fc.assert(
    fc.property(objectAndLeaves, ({ object, leaves }) => {
      const gone = setOfPaths(leaves.filter((path) => !isListKey(path)));
      const left = withoutFields(object, gone);
      assert.deepEqual(fieldsPresent(gone, left), EMPTY);
      assert.deepEqual(mergeApplied(left, onlyFields(object, gone)), object);
    }),
  );
});

function isInside(path: FieldPath, parent: FieldPath): boolean {
  return path.length > parent.length && parent.every((element, index) => element === path[index]);
}

// An item keeps its keys as long as it stays; a value of a set comes back at the end.
function isListKey(path: FieldPath): boolean {
  return (
    path.at(-1)?.startsWith('v:') ||
    (path.at(-2)?.startsWith('k:') === true && (path.at(-2) ?? '').includes(`"${path.at(-1)?.slice(2)}":`))
  );
}
