import fc from 'fast-check';
import type { JsonObject } from '../../../src/core/json.ts';

const randomTls: fc.Arbitrary<JsonObject> = fc.constantFrom(
  { mode: 'DISABLE' },
  { mode: 'ISTIO_MUTUAL' },
  { mode: 'ISTIO_MUTUAL' },
  { mode: 'ISTIO_MUTUAL', sni: 'elsewhere' },
  { mode: 'SIMPLE' },
  {},
);
const components = {
  tls: randomTls,
  loadBalancer: fc.constantFrom<JsonObject>({ simple: 'RANDOM' }, { consistentHash: { useSourceIp: true } }),
  connectionPool: fc.integer({ min: 1, max: 9 }).map((maxConnections) => ({ tcp: { maxConnections } })),
  outlierDetection: fc.constant({ consecutiveErrors: 3 }),
};
const isFilled = (message: JsonObject) => Object.keys(message).length > 0;
const randomComponents = fc.record(components, { requiredKeys: [] }).filter(isFilled);
const randomPort = fc.constantFrom<JsonObject>(
  { number: 80 },
  { number: 8000 },
  { number: 9090 },
  { number: 7 },
  { name: 'http' },
  { name: 'http-api' },
);
const randomEntry = fc.tuple(randomPort, randomComponents).map(([port, rest]) => ({ port, ...rest }));

/** A traffic policy that validation takes: no level of it is empty. Two entries may be about one port. */
export const randomTrafficPolicy: fc.Arbitrary<JsonObject> = fc
  .record(
    { ...components, portLevelSettings: fc.array(randomEntry, { minLength: 1, maxLength: 3 }) },
    { requiredKeys: [] },
  )
  .filter(isFilled);

/** @param withSlashes labels such as `app.kubernetes.io/version`, which 1.1 takes and 1.2 refuses */
export function randomSubsets(withSlashes: boolean): fc.Arbitrary<readonly JsonObject[]> {
  const keys = withSlashes ? ['version', 'version', 'version', 'app.kubernetes.io/version'] : ['version'];
  const subset = fc.record(
    {
      name: fc.constantFrom('v1', 'v2', 'v3'),
      labels: fc.constantFrom(...keys).map((key) => ({ [key]: 'v1' })),
      trafficPolicy: randomTrafficPolicy,
    },
    { requiredKeys: ['name', 'labels'] },
  );
  return fc.uniqueArray(subset, { minLength: 1, maxLength: 2, selector: ({ name }) => name });
}
