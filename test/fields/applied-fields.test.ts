import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { deployment } from './samples.ts';

// The expected sets are what kube-apiserver 1.20.2 answers.

test('a Deployment is recorded by the keys of its lists', () => {
  assert.deepEqual(fieldsOf(deployment), {
    'f:metadata': {
      'f:labels': { 'f:app.kubernetes.io/name': {} },
      'f:finalizers': { 'v:"example.com/a"': {}, 'v:"example.com/b"': {} },
    },
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:template': {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"discovery"}': {
              '.': {},
              'f:env': {
                'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} },
                'k:{"name":"B"}': { '.': {}, 'f:name': {}, 'f:valueFrom': { 'f:fieldRef': { 'f:fieldPath': {} } } },
              },
              'f:image': {},
              'f:name': {},
            },
            'k:{"name":"proxy"}': {
              '.': {},
              'f:args': {},
              'f:image': {},
              'f:name': {},
              'f:ports': {
                'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
              },
            },
          },
          'f:tolerations': {},
          'f:volumes': { 'k:{"name":"config"}': { '.': {}, 'f:configMap': { 'f:name': {} }, 'f:name': {} } },
        },
      },
    },
  });
});

test('empty structs of built-in kinds are not recorded', () => {
  const spec = { volumes: [{ name: 'v', emptyDir: {} }], containers: [{ name: 'c', resources: {} }] };
  assert.deepEqual(fieldsOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }), {
    'f:spec': {
      'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {} } },
      'f:volumes': { 'k:{"name":"v"}': { '.': {}, 'f:name': {} } },
    },
  });
});

test('a custom resource is recorded with all its maps, and with its lists whole', () => {
  const rule = {
    apiVersion: 'example.com/v1',
    kind: 'Rule',
    metadata: { name: 'r', namespace: 'n', labels: { a: 'b' }, finalizers: ['example.com/f'] },
    spec: { host: 'h', empty: {}, none: [], traffic: { tls: { mode: 'X' } }, subsets: [{ name: 'v1' }] },
  };
  assert.deepEqual(fieldsOf(rule), {
    'f:metadata': { 'f:finalizers': {}, 'f:labels': { '.': {}, 'f:a': {} } },
    'f:spec': {
      '.': {},
      'f:empty': {},
      'f:host': {},
      'f:none': {},
      'f:subsets': {},
      'f:traffic': { '.': {}, 'f:tls': { '.': {}, 'f:mode': {} } },
    },
  });
});

test('a schema in a CustomResourceDefinition is recorded property by property', () => {
  const schema = {
    type: 'object',
    properties: {
      spec: { properties: { list: { type: 'array', items: { type: 'string' } }, items: { type: 'string' } } },
    },
  };
  const crd = { apiVersion: 'apiextensions.k8s.io/v1beta1', kind: 'CustomResourceDefinition', metadata: { name: 'x' } };
  assert.deepEqual(
    fieldsOf({ ...crd, spec: { group: 'g', validation: { openAPIV3Schema: schema }, versions: [{ name: 'v1' }] } }),
    {
      'f:spec': {
        'f:group': {},
        'f:validation': {
          'f:openAPIV3Schema': {
            'f:properties': {
              'f:spec': {
                '.': {},
                'f:properties': {
                  'f:items': { '.': {}, 'f:type': {} },
                  'f:list': { '.': {}, 'f:items': {}, 'f:type': {} },
                },
              },
            },
            'f:type': {},
          },
        },
        'f:versions': {},
      },
    },
  );
});

test('nobody owns what an object is called and what the server fills in', () => {
  const metadata = {
    name: 'c',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    generation: 2,
    creationTimestamp: 't',
    managedFields: [],
    selfLink: '/',
  };
  assert.deepEqual(fieldsOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'a.b': 'x', gone: null } }), {
    'f:data': { 'f:a.b': {} },
  });
});
