import fc from 'fast-check';
import { isObject, type JsonObject, listAt, objectAt, stringAt, withoutKey } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { object } from '../../objects.ts';
import { randomSubsets, randomTrafficPolicy } from './random-traffic-policy.ts';

/** What can stand in the way of a migration; a mesh without any of it has to be migrated whole. */
export const OBSTACLES = [
  /** MUTUAL_TLS for services without sidecars. */
  'mutual-without-sidecar',
  /** Excluded services with sidecars, or with annotations that ask for the opposite. */
  'excluded-with-sidecar',
  'labelled-targets',
  'overlapping-policies',
  'objects-being-deleted',
  /** DestinationRules that others than the clients of one namespace do not see. */
  'private-rules',
  /** DestinationRules in any namespace for any host, so that they win over one another and leak. */
  'rules-anywhere',
  'rules-of-the-release',
  /** A later DestinationRule of a host whose traffic policy 1.1 ignores and 1.2 takes. */
  'late-traffic-policies',
  /** Subset labels that Pilot 1.2 refuses. */
  'labels-with-slashes',
  'underscores',
] as const;
export type Obstacle = (typeof OBSTACLES)[number];
export type Obstacles = readonly Obstacle[];

/** Services that a random mesh may have; none of them has to be there. */
const PATHS = ['bar/foo', 'bar/baz', 'shop/cart', 'istio-system/zipkin', 'default/kubernetes'] as const;
const NAMESPACES = ['bar', 'default', 'istio-system', 'shop', 'web'];
const PORTS: readonly JsonObject[] = [
  { name: 'http', port: 80 },
  { name: 'http-api', port: 8000, protocol: 'TCP' },
  { name: 'grpc', port: 9090 },
  { name: 'dns', port: 53, protocol: 'UDP' },
];
const SIDECARS = ['all', 'some', 'none', 'unknown'] as const;

/** The objects of a mesh: namespaces, mesh configuration, Services and their Pods, Policies, DestinationRules. */
export function randomMesh(obstacles: Obstacles): fc.Arbitrary<readonly K8sObject[]> {
  const namespaces = NAMESPACES.map((name) => object('v1', 'Namespace', name));
  return fc
    .tuple(
      fc.tuple(...PATHS.map((path) => often(randomService(path, obstacles)))),
      fc.tuple(...NAMESPACES.map((namespace) => randomPolicies(namespace, obstacles))),
      randomMeshPolicy,
      fc.array(randomRule(obstacles), { maxLength: 6 }),
      randomConfig,
    )
    .chain(([services, policies, meshPolicy, rules, config]) => {
      const all = services.flatMap((one) => one ?? []);
      const excludable = all.filter(({ isExcludable }) => obstacles.includes('excluded-with-sidecar') || isExcludable);
      return fc
        .subarray(excludable.map(({ host }) => host))
        .map((hosts) => [
          ...namespaces,
          meshConfigMap({ ...config, mtlsExcludedServices: [...hosts, ...config.mtlsExcludedServices] }),
          ...all.flatMap(({ objects }) => objects),
          ...policies.flatMap((some) => (obstacles.includes('overlapping-policies') ? some : withoutOverlaps(some))),
          ...meshPolicy,
          ...(obstacles.includes('late-traffic-policies') ? rules : rules.filter(isEarly)).map(namedRule),
        ]);
    });
}

interface RandomService {
  readonly host: string;
  readonly objects: readonly K8sObject[];
  /** It has no sidecars, as an excluded service should not, and nobody asks it for mutual TLS. */
  readonly isExcludable: boolean;
}

function often<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 3 });
}

function randomService(path: (typeof PATHS)[number], obstacles: Obstacles): fc.Arbitrary<RandomService> {
  const [namespace = '', name = ''] = path.split('/');
  return fc
    .record({
      kind: fc.constantFrom('cluster-ip', 'cluster-ip', 'cluster-ip', 'headless', 'external', 'no-selector'),
      ports: fc.subarray([...PORTS], { minLength: 1, maxLength: 3 }),
      sidecars: fc.constantFrom(...SIDECARS, 'all' as const),
      asked: randomAnnotations,
      isPrivate: fc.constantFrom(false, false, false, true),
    })
    .map(({ kind, ports, sidecars, asked, isPrivate }) => {
      const hasSelector = kind !== 'no-selector' && path !== 'default/kubernetes' && kind !== 'external';
      const isBare = !hasSelector || sidecars === 'none';
      const annotations = {
        ...(isBare && !obstacles.includes('mutual-without-sidecar') ? withoutMutual(asked) : asked),
        ...(isPrivate ? { 'networking.istio.io/exportTo': '.' } : {}),
      };
      const spec = {
        ports,
        ...(hasSelector ? { selector: { app: name } } : {}),
        ...(kind === 'headless' ? { clusterIP: 'None' } : {}),
        ...(kind === 'external' ? { type: 'ExternalName', externalName: 'example.com' } : {}),
      };
      return {
        host: `${name}.${namespace}.svc.cluster.local`,
        objects: [object('v1', 'Service', path, { metadata: { annotations }, spec }), ...podsOf(path, sidecars)],
        isExcludable: isBare && !Object.values(annotations).includes('MUTUAL_TLS'),
      };
    });
}

const randomValue = fc.constantFrom(
  'NONE',
  'NONE',
  'NONE',
  'MUTUAL_TLS',
  'MUTUAL_TLS',
  'MUTUAL_TLS',
  'INHERIT',
  'none',
);
/** Dead ones among them: ports that the Service lacks, a value that counts for nothing, no number at all. */
const randomAnnotations: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.dictionary(
    fc.constantFrom(
      'auth.istio.io/80',
      'auth.istio.io/8000',
      'auth.istio.io/9090',
      'auth.istio.io/53',
      'auth.istio.io/x',
    ),
    randomValue,
    { maxKeys: 3 },
  ),
  fc
    .constantFrom('NONE', 'MUTUAL_TLS')
    .map((value) => Object.fromEntries([80, 8000, 9090].map((port) => [`auth.istio.io/${port}`, value]))),
);

function withoutMutual(annotations: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== 'MUTUAL_TLS'));
}

function podsOf(path: string, sidecars: (typeof SIDECARS)[number]): readonly K8sObject[] {
  const [, app = ''] = path.split('/');
  const pod = (name: string, containers: readonly string[]) =>
    object('v1', 'Pod', `${path}-${name}`, {
      metadata: { labels: { app, version: 'v1' } },
      spec: { containers: containers.map((container) => ({ name: container })) },
    });
  if (sidecars === 'unknown') return [];
  return [
    ...(sidecars === 'none' ? [] : [pod('meshed', ['server', 'istio-proxy'])]),
    ...(sidecars === 'all' ? [] : [pod('bare', ['server'])]),
  ];
}

const randomConfig = fc.record({
  exportsRules: fc.constantFrom(true, true, false),
  usesMcp: fc.boolean(),
  mtlsExcludedServices: fc.subarray(['foo', 'ghost.bar.svc.cluster.local', '*.bar.svc.cluster.local'], {
    maxLength: 1,
  }),
});

function meshConfigMap(config: {
  readonly exportsRules: boolean;
  readonly usesMcp: boolean;
  readonly mtlsExcludedServices: readonly string[];
}): K8sObject {
  const mesh = {
    ...(config.exportsRules ? {} : { defaultDestinationRuleExportTo: ['.'] }),
    ...(config.usesMcp ? { configSources: [{ address: 'istio-galley:9901' }] } : {}),
    mtlsExcludedServices: config.mtlsExcludedServices,
  };
  return object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: JSON.stringify(mesh) } });
}

const jwt = { jwt: { issuer: 'https://issuer.example', jwksUri: 'https://issuer.example/keys' } };
const randomPeers = fc.constantFrom<readonly JsonObject[]>(
  [],
  [{ mtls: {} }],
  [{ mtls: {} }],
  [{ mtls: null }],
  [{ mtls: { mode: 'PERMISSIVE' } }],
  [jwt, { mtls: {} }],
);
const randomRequests = fc.record(
  { origins: fc.constant([jwt]), principalBinding: fc.constant('USE_ORIGIN'), originIsOptional: fc.boolean() },
  { requiredKeys: [] },
);
const randomSpec: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.record({ peers: randomPeers }, { requiredKeys: [] }), randomRequests)
  .map(([peers, requests]) => ({ ...peers, ...requests }));
const randomMeshPolicy = fc.option(randomSpec).map((spec) => (spec === null ? [] : [policy('default', spec)]));

function policy(path: string, spec: JsonObject, metadata: JsonObject = {}): K8sObject {
  const kind = path.includes('/') ? 'Policy' : 'MeshPolicy';
  return object('authentication.istio.io/v1alpha1', kind, path, { metadata, spec });
}

const randomSelector = fc.constantFrom<JsonObject>(
  { number: 80 },
  { number: 8000 },
  { number: 9090 },
  { number: 7 },
  { name: 'http' },
  { name: 'http-api' },
);

function randomTarget(namespace: string, obstacles: Obstacles): fc.Arbitrary<JsonObject> {
  const names = PATHS.flatMap((path) => (path.startsWith(`${namespace}/`) ? [path.slice(namespace.length + 1)] : []));
  const target = fc.record(
    {
      name: fc.constantFrom(...names, ...names, 'ghost'),
      ports: fc.uniqueArray(randomSelector, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['name'] },
  );
  const labels = fc.constantFrom({ app: 'foo' }, { version: 'v1' }, { version: 'v2' });
  const labelled = fc.tuple(target, labels).map(([one, some]) => ({ ...one, labels: some }));
  return obstacles.includes('labelled-targets') ? fc.oneof({ arbitrary: target, weight: 8 }, labelled) : target;
}

/** Policies with targets, one of which may have a name that the migration would give; and now and then the namespace's own. */
function randomPolicies(namespace: string, obstacles: Obstacles): fc.Arbitrary<readonly K8sObject[]> {
  const targets = fc.array(randomTarget(namespace, obstacles), { minLength: 1, maxLength: 2 });
  const names = fc.constantFrom('authn', 'jwt', 'disable-mtls-foo-8000', 'enable-mtls-foo-8000');
  const metadata = fc.constantFrom(...(obstacles.includes('objects-being-deleted') ? [{}, {}, GOING] : [{}]));
  const targeted = fc
    .tuple(names, targets, randomSpec, metadata)
    .map(([name, some, spec, meta]) => policy(`${namespace}/${name}`, { targets: some, ...spec }, meta));
  return fc
    .tuple(
      fc.uniqueArray(targeted, { maxLength: 2, selector: ({ metadata: { name } }) => name }),
      fc.option(randomSpec, { freq: 1 }),
    )
    .map(([some, own]) => [...some, ...(own === null ? [] : [policy(`${namespace}/default`, own)])]);
}

const GOING = { deletionTimestamp: '2019-06-02T00:00:00Z' };

/** Without the targets that pick a port that an earlier Policy picks already. */
function withoutOverlaps(policies: readonly K8sObject[]): readonly K8sObject[] {
  const taken = new Set<string>();
  return policies.flatMap((one) => {
    if (one.metadata.name === 'default') return [one];
    const targets = listAt(objectAt(one.spec).targets).filter((target) =>
      picks(target).every((pick) => !taken.has(pick)),
    );
    for (const pick of targets.flatMap(picks)) taken.add(pick);
    return targets.length === 0 ? [] : [{ ...one, spec: { ...objectAt(one.spec), targets } }];
  });
}

/** `foo 80` for every port of the pool that a target picks. */
function picks(target: unknown): readonly string[] {
  const { name, ports } = isObject(target) ? target : {};
  const isPicked = (port: JsonObject) =>
    listAt(ports).length === 0 ||
    listAt(ports).some((selector) => objectAt(selector).number === port.port || objectAt(selector).name === port.name);
  return PORTS.filter(isPicked).map(({ port }) => `${name} ${port}`);
}

const HOSTS = [
  ...PATHS.map((path) => `${path.split('/').reverse().join('.')}.svc.cluster.local`),
  'foo',
  'baz',
  '*.bar.svc.cluster.local',
  '*.local',
  '*',
  'foo.bar',
];
/** Namespace and host of rules that reach all clients alike. */
const PLAIN_HOSTS = [
  ...PATHS,
  ...PATHS.map((path) => `${path.split('/')[0]}/${path.split('/').reverse().join('.')}.svc.cluster.local`),
  'bar/*.bar.svc.cluster.local',
  'istio-system/*.local',
  'istio-system/*.local',
  'istio-system/*',
].map((path) => path.split('/'));

function randomRule(obstacles: Obstacles): fc.Arbitrary<K8sObject> {
  const anywhere = fc.tuple(fc.constantFrom('bar', 'bar', 'shop', 'web', 'istio-system'), fc.constantFrom(...HOSTS));
  const plain = fc.constantFrom(...PLAIN_HOSTS);
  return fc
    .record({
      place: obstacles.includes('rules-anywhere') ? fc.oneof(anywhere, plain) : plain,
      age: fc.integer({ min: 0, max: 3 }),
      exportTo: obstacles.includes('private-rules')
        ? fc.constantFrom<string | undefined>('*', '*', undefined, '.')
        : fc.constant('*'),
      spec: fc.record(
        { trafficPolicy: randomTrafficPolicy, subsets: randomSubsets(obstacles.includes('labels-with-slashes')) },
        { requiredKeys: [] },
      ),
      metadata: fc.constantFrom(
        {},
        {},
        ...(obstacles.includes('objects-being-deleted') ? [GOING] : []),
        ...(obstacles.includes('rules-of-the-release') ? [OF_RELEASE] : []),
      ),
      isOldSpelling: fc.constantFrom(false, false, obstacles.includes('underscores')),
    })
    .map(({ place: [namespace = '', host = ''], age, exportTo, spec, metadata, isOldSpelling }) => {
      const creationTimestamp = new Date(Date.UTC(2019, 5, 1) - age * 1000).toISOString();
      const written = { host, ...(exportTo === undefined ? {} : { exportTo: [exportTo] }), ...spec };
      return object('networking.istio.io/v1alpha3', 'DestinationRule', `${namespace}/rule`, {
        metadata: { ...metadata, creationTimestamp },
        spec: isOldSpelling ? oldSpelling(written) : written,
      });
    });
}

const OF_RELEASE = { labels: { app: 'mixer', chart: 'mixer', heritage: 'Tiller', release: 'istio' } };

function oldSpelling(spec: JsonObject): JsonObject {
  const { trafficPolicy } = spec;
  const rest = withoutKey(spec, 'trafficPolicy');
  return trafficPolicy === undefined ? rest : { ...rest, traffic_policy: trafficPolicy };
}

/** Whether a rule is not in want of another one's traffic policy: it has one, or is the only rule of its host. */
function isEarly({ spec, metadata: { namespace } }: K8sObject, _: number, all: readonly K8sObject[]): boolean {
  const hostOf = (rule: JsonObject) => stringAt(objectAt(rule.spec).host)?.split('.')[0];
  const sameHost = all.filter((other) => other.metadata.namespace === namespace && hostOf(other) === hostOf({ spec }));
  const isShared = sameHost.length > 1 || namespace === 'istio-system';
  return !isShared || objectAt(spec).trafficPolicy !== undefined;
}

/** Now and then with a name that the migration would give. */
function namedRule(rule: K8sObject, index: number): K8sObject {
  const name =
    ['rule-a', 'disable-mtls-foo', 'rule-c', 'mtls-foo', 'rule-e', 'enable-mtls-foo-80'][index] ?? `rule-${index}`;
  return { ...rule, metadata: { ...rule.metadata, name } };
}

/** What a release brings that decides about TLS: nothing, or what `global.mtls.enabled` makes. */
export const randomRelease: fc.Arbitrary<readonly K8sObject[]> = fc
  .option(fc.constantFrom<JsonObject>({ mtls: {} }, { mtls: { mode: 'PERMISSIVE' } }))
  .map((peer) => {
    if (peer === null) return [];
    const everywhere = object('networking.istio.io/v1alpha3', 'DestinationRule', 'istio-system/default', {
      spec: { host: '*.local', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
    });
    return [policy('default', { peers: [peer] }), ...('mode' in objectAt(peer.mtls) ? [] : [everywhere])];
  });
