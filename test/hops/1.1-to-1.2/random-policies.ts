import fc from 'fast-check';
import { isObject, type JsonObject, listAt, objectAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { object } from '../../objects.ts';
import { GOING, type Obstacles, PATHS, PORTS } from './mesh-pool.ts';

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
/** The MeshPolicy, or none. */
export const randomMeshPolicy = fc.option(randomSpec).map((spec) => (spec === null ? [] : [policy('default', spec)]));

/** A Policy, or the MeshPolicy where the path has no namespace. */
export function policy(path: string, spec: JsonObject, metadata: JsonObject = {}): K8sObject {
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
export function randomPolicies(namespace: string, obstacles: Obstacles): fc.Arbitrary<readonly K8sObject[]> {
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

/** Without the targets that pick a port that an earlier Policy picks already. */
export function withoutOverlaps(policies: readonly K8sObject[]): readonly K8sObject[] {
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
