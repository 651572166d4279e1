import type { JsonObject } from '../../src/core/json.ts';
import { object } from '../objects.ts';

const NAMESPACE = 'default';
const labels = { app: 'x' };
const selector = { matchLabels: labels };

/** A pod template that leaves to the server what it can. */
const template: JsonObject = {
  metadata: { labels },
  spec: {
    serviceAccountName: 'istio-pilot',
    initContainers: [{ name: 'init', image: 'registry.example.org:5000/init' }],
    containers: [
      {
        name: 'discovery',
        image: 'docker.io/istio/pilot:1.2.10',
        ports: [{ containerPort: 8080 }, { containerPort: 15010, protocol: 'UDP', name: 'dns' }],
        env: [
          { name: 'PLAIN', value: 'x' },
          { name: 'EMPTY' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'API', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
          { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'istio', key: 'x' } } },
        ],
        resources: { requests: { cpu: '0.5', memory: '2048Mi' }, limits: { cpu: 1 } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 }, initialDelaySeconds: 5 },
        livenessProbe: { exec: { command: ['true'] }, timeoutSeconds: 5 },
        startupProbe: { tcpSocket: { port: 8080 } },
        lifecycle: { preStop: { httpGet: { port: 8080 } }, postStart: { exec: { command: ['true'] } } },
        volumeMounts: [{ name: 'config', mountPath: '/etc/config' }],
      },
      { name: 'proxy', image: 'proxyv2@sha256:0000000000000000000000000000000000000000000000000000000000000000' },
      {
        name: 'latest',
        image: 'busybox:latest',
        imagePullPolicy: 'Never',
        readinessProbe: { httpGet: { port: 'http' } },
      },
    ],
    volumes: [
      { name: 'config', configMap: { name: 'istio' } },
      { name: 'certs', secret: { secretName: 'istio.default', optional: true } },
      { name: 'empty', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory' } },
      { name: 'none' },
      { name: 'host', hostPath: { path: '/var/run/sds' } },
      { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      {
        name: 'token',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token', audience: 'istio-ca' } },
            { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
          ],
        },
      },
    ],
  },
};

const webhooks = (parts: JsonObject = {}): JsonObject => ({
  webhooks: [
    {
      name: 'a.example.org',
      clientConfig: { service: { name: 'istio-galley', namespace: 'istio-system' } },
      namespaceSelector: { matchLabels: { never: 'matches' } },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['bindings'] }],
      ...parts,
    },
    { name: 'b.example.org', clientConfig: { url: 'https://example.org/' }, ...parts },
  ],
});
const V1_WEBHOOK = { admissionReviewVersions: ['v1beta1'], sideEffects: 'None' };

const crd = (plural: string, kind: string, parts: JsonObject): JsonObject => ({
  spec: { group: 'example.org', names: { kind, plural }, ...parts },
});

/** Manifests of each kind that the server completes. */
export const INCOMPLETE = [
  object('apps/v1', 'Deployment', `${NAMESPACE}/plain`, { spec: { selector, template } }),
  object('apps/v1', 'Deployment', `${NAMESPACE}/surge`, {
    spec: { replicas: 2, selector, strategy: { rollingUpdate: { maxSurge: 1 } }, template },
  }),
  object('apps/v1', 'Deployment', `${NAMESPACE}/recreate`, {
    spec: { selector, strategy: { type: 'Recreate' }, template },
  }),
  object('apps/v1', 'StatefulSet', `${NAMESPACE}/plain`, { spec: { serviceName: 'x', selector, template } }),
  object('apps/v1', 'StatefulSet', `${NAMESPACE}/claims`, {
    spec: {
      serviceName: 'x',
      selector,
      template,
      updateStrategy: { type: 'OnDelete' },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
        },
      ],
    },
  }),
  object('apps/v1', 'StatefulSet', `${NAMESPACE}/partition`, {
    spec: { serviceName: 'x', selector, template, updateStrategy: { rollingUpdate: { partition: 1 } } },
  }),
  object('apps/v1', 'DaemonSet', `${NAMESPACE}/plain`, { spec: { selector, template } }),
  object('apps/v1', 'DaemonSet', `${NAMESPACE}/on-delete`, {
    spec: { selector, template, updateStrategy: { type: 'OnDelete' } },
  }),
  object('v1', 'Service', `${NAMESPACE}/plain`, {
    spec: {
      selector: labels,
      ports: [
        { port: 80, name: 'http' },
        { port: 443, targetPort: 'https', name: 'https' },
      ],
    },
  }),
  object('v1', 'Service', `${NAMESPACE}/gateway`, {
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ port: 80, nodePort: 31380 }] },
  }),
  object('v1', 'Service', `${NAMESPACE}/nodes`, { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31381 }] } }),
  object('v1', 'Service', `${NAMESPACE}/headless`, { spec: { clusterIP: 'None', ports: [{ port: 80 }] } }),
  object('v1', 'Service', `${NAMESPACE}/sticky`, { spec: { sessionAffinity: 'ClientIP', ports: [{ port: 80 }] } }),
  object('v1', 'Service', `${NAMESPACE}/external`, { spec: { type: 'ExternalName', externalName: 'example.org' } }),
  object('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', 'old', webhooks()),
  object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'new', webhooks(V1_WEBHOOK)),
  object('admissionregistration.k8s.io/v1beta1', 'ValidatingWebhookConfiguration', 'old', webhooks()),
  object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'new', webhooks(V1_WEBHOOK)),
  object(
    'apiextensions.k8s.io/v1beta1',
    'CustomResourceDefinition',
    'ones.example.org',
    crd('ones', 'One', { version: 'v1alpha1' }),
  ),
  object(
    'apiextensions.k8s.io/v1beta1',
    'CustomResourceDefinition',
    'twos.example.org',
    crd('twos', 'Two', {
      scope: 'Cluster',
      versions: [
        { name: 'v1', served: true, storage: false },
        { name: 'v2', served: true, storage: true },
      ],
      subresources: { status: {} },
      additionalPrinterColumns: [{ name: 'Age', type: 'date', JSONPath: '.metadata.creationTimestamp' }],
    }),
  ),
  object(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'threes.example.org',
    crd('threes', 'Three', {
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    }),
  ),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', `${NAMESPACE}/plain`, {
    roleRef: { kind: 'Role', name: 'x' },
    subjects: [
      { kind: 'ServiceAccount', name: 'x', namespace: NAMESPACE },
      { kind: 'User', name: 'jane' },
      { kind: 'Group', name: 'team' },
    ],
  }),
  object('rbac.authorization.k8s.io/v1beta1', 'ClusterRoleBinding', 'plain', {
    roleRef: { kind: 'ClusterRole', name: 'x' },
    subjects: [{ kind: 'User', name: 'jane' }],
  }),
] as const;
