import type { K8sObject } from '../../src/core/object.ts';

/** A custom resource without a schema, as those of old releases are. */
export const CRD: K8sObject = {
  apiVersion: 'apiextensions.k8s.io/v1beta1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'anys.example.com' },
  spec: {
    group: 'example.com',
    names: { kind: 'Any', plural: 'anys' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true }],
    version: 'v1',
  },
};

const schema = {
  type: 'object',
  description: 'x',
  externalDocs: { url: 'https://example.com' },
  properties: {
    spec: {
      type: 'object',
      required: ['host'],
      not: { required: ['never'] },
      properties: {
        host: { type: 'string', enum: ['a', 'b'] },
        items: { type: 'array', items: { type: 'string' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
      anyOf: [{ required: ['host'] }],
    },
  },
};

const pod = {
  metadata: { labels: { app: 'x', 'app.kubernetes.io/name': 'x' } },
  spec: {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }],
    imagePullSecrets: [{ name: 'pull' }],
    tolerations: [{ key: 'a', operator: 'Exists' }],
    securityContext: { runAsUser: 1 },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'x' } },
      },
    ],
    initContainers: [{ name: 'init', image: 'i', command: ['a'] }],
    containers: [
      {
        name: 'c',
        image: 'i',
        args: ['a', 'b'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        ports: [
          { containerPort: 80, protocol: 'TCP', name: 'http' },
          { containerPort: 80, protocol: 'UDP', name: 'dns' },
        ],
        resources: { requests: { cpu: '10m' } },
        livenessProbe: { exec: { command: ['x'] }, periodSeconds: 5 },
        volumeMounts: [{ name: 'config', mountPath: '/etc/x' }],
        securityContext: { capabilities: { drop: ['ALL'] } },
      },
    ],
    volumes: [
      { name: 'config', configMap: { name: 'x' } },
      { name: 'empty', emptyDir: {} },
      { name: 'all', projected: { sources: [{ secret: { name: 's' } }] } },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
        },
      },
    },
  },
};

const metadata = { name: 'x', namespace: 'default' };
const selector = { matchLabels: { app: 'x' } };

/** One of each kind that an Istio release installs. */
export const BODIES: readonly { readonly plural: string; readonly body: K8sObject }[] = [
  {
    plural: 'deployments',
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 1, selector, strategy: { rollingUpdate: { maxSurge: 1 } }, template: pod },
    },
  },
  {
    plural: 'daemonsets',
    body: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { selector, template: pod } },
  },
  {
    plural: 'cronjobs',
    body: {
      apiVersion: 'batch/v1beta1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
        },
      },
    },
  },
  {
    plural: 'services',
    body: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'x' }, ports: [{ port: 80, protocol: 'TCP', name: 'http', targetPort: 'http' }] },
    },
  },
  {
    plural: 'serviceaccounts',
    body: {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      secrets: [{ name: 's' }],
      imagePullSecrets: [{ name: 'p' }],
    },
  },
  {
    plural: 'configmaps',
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, labels: { a: 'b' }, finalizers: ['example.com/x'] },
      data: { 'mesh.yaml': 'a: 1\n' },
    },
  },
  {
    plural: 'mutatingwebhookconfigurations',
    body: {
      apiVersion: 'admissionregistration.k8s.io/v1beta1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'x' },
      webhooks: [
        {
          name: 'a.example.com',
          clientConfig: { service: { name: 's', namespace: 'n', path: '/inject' } },
          failurePolicy: 'Ignore',
          namespaceSelector: { matchLabels: { never: 'matches' } },
          rules: [
            { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['bindings'], scope: '*' },
          ],
        },
      ],
    },
  },
  {
    plural: 'clusterroles',
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'x' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    },
  },
  {
    plural: 'clusterrolebindings',
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'x' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' },
      subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'default' }],
    },
  },
  {
    plural: 'poddisruptionbudgets',
    body: { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata, spec: { minAvailable: 1, selector } },
  },
  {
    plural: 'horizontalpodautoscalers',
    body: {
      apiVersion: 'autoscaling/v2beta1',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        maxReplicas: 5,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 80 } }],
      },
    },
  },
  {
    plural: 'customresourcedefinitions',
    body: {
      apiVersion: 'apiextensions.k8s.io/v1beta1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'rules.example.com' },
      spec: {
        group: 'example.com',
        names: { kind: 'Rule', plural: 'rules', shortNames: ['r'] },
        scope: 'Namespaced',
        version: 'v1',
        versions: [{ name: 'v1', served: true, storage: true }],
        validation: { openAPIV3Schema: schema },
        additionalPrinterColumns: [{ name: 'Age', type: 'date', JSONPath: '.metadata.creationTimestamp' }],
      },
    },
  },
  {
    plural: 'anys',
    body: {
      apiVersion: 'example.com/v1',
      kind: 'Any',
      metadata: { ...metadata, labels: { a: 'b' }, finalizers: ['example.com/f'] },
      spec: {
        host: 'h',
        empty: {},
        none: [],
        traffic: { tls: { mode: 'X' } },
        subsets: [{ name: 'v1', labels: { a: 'b' } }],
      },
    },
  },
];
