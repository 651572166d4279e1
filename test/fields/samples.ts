import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';

export const deployment: K8sObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'pilot',
    namespace: 'mesh',
    labels: { 'app.kubernetes.io/name': 'pilot' },
    finalizers: ['example.com/a', 'example.com/b'],
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'pilot' } },
    template: {
      metadata: { labels: { app: 'pilot' } },
      spec: {
        containers: [
          {
            name: 'discovery',
            image: 'pilot:1',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
          },
          {
            name: 'proxy',
            image: 'proxy:1',
            args: ['proxy', '--quiet'],
            ports: [{ containerPort: 80, protocol: 'TCP' }],
          },
        ],
        tolerations: [{ key: 'a', operator: 'Exists' }],
        volumes: [{ name: 'config', configMap: { name: 'mesh' } }],
      },
    },
  },
};

const key = fc.constantFrom('a', 'b', 'c', 'name');
const scalar: fc.Arbitrary<Json> = fc.oneof(fc.constantFrom<Json>('x', 'y', 0, 1, true, false));
const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** A custom resource with any content, no map of it empty. */
export const anyCustomResource: fc.Arbitrary<K8sObject> = fc
  .record({
    data: anyValue,
    labels: fc.dictionary(key, fc.constantFrom('x', 'y'), { minKeys: 1, noNullPrototype: true }),
  })
  .map(({ data, labels }) => ({
    apiVersion: 'example.com/v1',
    kind: 'Any',
    metadata: { name: 'any', namespace: 'shop', labels },
    data,
  }));

export function withSpec(object: K8sObject, spec: JsonObject): K8sObject {
  return { ...object, spec };
}
