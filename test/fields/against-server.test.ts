import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { isArray, isObject, type Json, type JsonObject, objectAt, stringAt } from '../../src/core/json.ts';
import { apiVersionOf, isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { clientUpdate, serverSideApply } from '../../src/fields/apply.ts';
import { difference, EMPTY, type FieldSet, pathsOf, setOfPaths } from '../../src/fields/field-set.ts';
import { fieldTypeOf } from '../../src/fields/field-type.ts';
import { isBuiltIn } from '../../src/fields/list-types.ts';
import { entriesOf, ownedBy, withEntries } from '../../src/fields/managed-fields.ts';
import { clusterTests } from '../cluster/harness/binaries.ts';
import type { TestCluster } from '../cluster/harness/cluster.ts';
import { startControlPlane } from '../cluster/harness/control-plane.ts';
import { eventually } from '../cluster/harness/waiting.ts';
import { mismatches } from './open-api.ts';
import { BODIES, CRD } from './server-samples.ts';

clusterTests('owned fields against a real kube-apiserver', () => {
  let server: TestCluster;
  before(async () => {
    server = await startControlPlane();
    await server.stopControllers();
    await apply(pathOf(CRD, 'customresourcedefinitions'), CRD);
    await established();
  });
  after(() => server?.stop());

  const apply = async (
    path: string,
    body: K8sObject,
    manager = 'me',
    force = false,
  ): Promise<K8sObject | { readonly refused: JsonObject }> => {
    const answer = await server.request('PATCH', `${path}?fieldManager=${manager}&force=${force}`, body, {
      contentType: 'application/apply-patch+yaml',
    });
    return isK8sObject(answer.body) && answer.status < 300 ? answer.body : { refused: objectAt(answer.body) };
  };
  const applied = async (path: string, body: K8sObject, manager = 'me', force = false): Promise<K8sObject> => {
    const answer = await apply(path, body, manager, force);
    assert.ok(isK8sObject(answer), JSON.stringify(answer));
    return answer;
  };
  const established = () =>
    eventually(async () => ((await server.serves('example.com/v1', 'Any')) ? true : undefined), {
      what: 'the custom resource to be served',
    });

  test('the table of list types is that of the OpenAPI document', async () => {
    // The server does not say that this is JSON.
    const { body } = await server.request('GET', '/openapi/v2');
    const document: JsonObject = JSON.parse(stringAt(body) ?? '{}');
    const definitions = objectAt(document.definitions);
    const kinds = Object.entries(definitions).flatMap(([name, definition]) =>
      kindsOf(definition).map((kind) => ({ name, ...kind })),
    );
    assert.ok(kinds.length > 60, `${kinds.length} kinds`);
    for (const { name, apiVersion, kind } of kinds) {
      if (UNCHECKED.includes(kind)) continue;
      assert.deepEqual(mismatches(definitions, name, fieldTypeOf({ apiVersion, kind })), [], `${apiVersion} ${kind}`);
    }
  });

  for (const { plural, body } of BODIES) {
    test(`the server records what a ${body.kind} applies as fieldsOf says`, async () => {
      const object = await applied(pathOf(body, plural), body);
      assertSameSet(fieldsOf(body), ownedBy(object, 'me', 'Apply'));
    });

    test(`the server records what a ${body.kind} is created with as clientUpdate says`, async () => {
      const created = {
        ...body,
        metadata: {
          ...body.metadata,
          name: body.kind === 'CustomResourceDefinition' ? 'others.example.com' : 'created',
        },
      };
      const named =
        body.kind === 'CustomResourceDefinition'
          ? { ...created, spec: { ...objectAt(body.spec), names: { kind: 'Other', plural: 'others' } } }
          : created;
      const path = pathOf(named, plural).replace(/\/[^/]*$/, '');
      const object = await server.expect('POST', `${path}?fieldManager=me`, named);
      assert.ok(isK8sObject(object), JSON.stringify(object));
      const recorded = ownedBy(clientUpdate(undefined, withEntries(object, []), { manager: 'me', now: 0 }), 'me');
      assertSameSet(early(recorded), early(ownedBy(object, 'me')));
    });

    test(`applying a ${body.kind} over another one's is as serverSideApply says`, async () => {
      const path = pathOf(body, plural);
      const live = await applied(path, body, 'me', true);
      const other = { ...body, metadata: { ...body.metadata, labels: { added: 'yes' } } };
      const expected = serverSideApply(live, other, { manager: 'you', force: false, now: Date.now() });
      assert.ok('object' in expected);
      assertSame(expected.object, await applied(path, other, 'you'));
    });

    test(`a ${body.kind} that loses its last applier's fields is as serverSideApply says`, async () => {
      const path = pathOf(body, plural);
      const live = await applied(
        path,
        { ...body, metadata: { ...body.metadata, annotations: { a: '1', b: '2' } } },
        'brief',
        true,
      );
      const less = { ...body, metadata: { ...body.metadata, annotations: { b: '3' } } };
      const expected = serverSideApply(live, less, { manager: 'brief', force: false, now: Date.now() });
      assert.ok('object' in expected);
      assertSame(expected.object, await applied(path, less, 'brief'));
    });
  }

  test('random writes of three managers end as they do here', async () => {
    const steps = fc.sample(anyStep, { numRuns: 300, seed: 7 });
    const path = '/apis/example.com/v1/namespaces/default/anys/random';
    let live: K8sObject | undefined;
    for (const step of steps) {
      const { manager, force } = step;
      const body: K8sObject = {
        apiVersion: 'example.com/v1',
        kind: 'Any',
        metadata: { name: 'random', namespace: 'default', labels: step.labels },
        spec: step.spec,
      };
      if (step.verb === 'update' && live !== undefined) {
        const next = { ...body, metadata: { ...body.metadata, resourceVersion: live.metadata.resourceVersion } };
        const answer = await server.expect('PUT', `${path}?fieldManager=${manager}`, next);
        assert.ok(isK8sObject(answer), JSON.stringify(answer));
        assertSame(clientUpdate(live, body, { manager, now: 0 }), answer);
        live = answer;
        continue;
      }
      const expected = serverSideApply(live, body, { manager, force, now: 0 });
      const answer = await apply(path, body, manager, force);
      if ('conflicts' in expected) {
        assert.ok('refused' in answer, `expected ${JSON.stringify(expected.conflicts)}`);
        continue;
      }
      assert.ok(isK8sObject(answer), JSON.stringify(answer));
      assertSame(expected.object, answer);
      live = answer;
    }
    assert.ok(live !== undefined);
  });
});

// The schemas in a definition are of types that no extension describes; a CSIDriver's list differs between its versions.
const UNCHECKED = ['CustomResourceDefinition', 'CSIDriver'];

// What the server fills in after it has recorded the writer's fields; the status it takes away before.
const LATE: FieldSet = { 'f:spec': { 'f:clusterIP': {}, 'f:clusterIPs': {} } };

const key = fc.constantFrom('a', 'b', 'c');
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>('x', 'y', 1, true),
    fc.array(fc.constantFrom('p', 'q'), { maxLength: 2 }),
    fc.dictionary(key, tie('tree'), { minKeys: 1, noNullPrototype: true }),
  ),
}));
const anyStep = fc.record({
  verb: fc.constantFrom('apply', 'apply', 'update'),
  manager: fc.constantFrom('a', 'b', 'c'),
  force: fc.boolean(),
  labels: fc.dictionary(key, fc.constantFrom('x', 'y'), { minKeys: 1, noNullPrototype: true }),
  spec: fc.dictionary(key, tree, { minKeys: 1, noNullPrototype: true }),
});

function kindsOf(definition: Json | undefined): readonly { readonly apiVersion: string; readonly kind: string }[] {
  const list = objectAt(definition)['x-kubernetes-group-version-kind'];
  return (isArray(list) ? list : []).flatMap((item) => {
    const { group, version, kind } = objectAt(item);
    const groupVersion = { group: stringAt(group) ?? '', version: stringAt(version) ?? '' };
    return isBuiltIn(groupVersion) &&
      isObject(objectAt(objectAt(definition).properties).metadata) &&
      !stringAt(kind)?.endsWith('List')
      ? [{ apiVersion: apiVersionOf(groupVersion), kind: stringAt(kind) ?? '' }]
      : [];
  });
}

function pathOf({ apiVersion, metadata: { name, namespace } }: K8sObject, plural: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}/${name}`;
}

/** Same content and same owners; versions and times are the server's own. */
function assertSame(expected: K8sObject, actual: K8sObject): void {
  const content = (object: K8sObject) => {
    const {
      resourceVersion: _version,
      generation: _generation,
      creationTimestamp: _time,
      uid: _uid,
      ...metadata
    } = withEntries(object, []).metadata;
    const { status: _status, ...rest } = object;
    return { ...rest, metadata };
  };
  assert.deepEqual(content(expected), content(actual));
  // The server's own controllers write the status of definitions whenever they like.
  const writers = (object: K8sObject) => entriesOf(object).filter(({ manager }) => manager !== 'kube-apiserver');
  const owners = (object: K8sObject) =>
    Object.fromEntries(
      writers(object).map(({ manager, operation, fieldsV1 }) => [
        `${manager} ${operation}`,
        setOfPaths(pathsOf(fieldsV1)),
      ]),
    );
  assert.deepEqual(owners(expected), owners(actual));
}

function early({ 'f:status': _status, ...set }: FieldSet): FieldSet {
  return difference(set, LATE);
}

function assertSameSet(expected: FieldSet, actual: FieldSet): void {
  assert.deepEqual(
    { missing: difference(actual, expected), extra: difference(expected, actual) },
    { missing: EMPTY, extra: EMPTY },
  );
}
