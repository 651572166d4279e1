import fc from 'fast-check';
import { type JsonObject, objectAt, stringAt, withoutKey } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { object } from '../../objects.ts';
import { GOING, type Obstacles, PATHS } from './mesh-pool.ts';
import { randomSubsets, randomTrafficPolicy } from './random-traffic-policy.ts';

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

/** DestinationRules, several of one host among them. */
export function randomRules(obstacles: Obstacles): fc.Arbitrary<readonly K8sObject[]> {
  const rules = fc.array(randomRule(obstacles), { maxLength: 6 });
  return rules.map((some) => (obstacles.includes('late-traffic-policies') ? some : some.filter(isEarly)).map(named));
}

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
function named(rule: K8sObject, index: number): K8sObject {
  const name =
    ['rule-a', 'disable-mtls-foo', 'rule-c', 'mtls-foo', 'rule-e', 'enable-mtls-foo-80'][index] ?? `rule-${index}`;
  return { ...rule, metadata: { ...rule.metadata, name } };
}
