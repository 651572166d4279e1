import { stringAt } from '../core/json.ts';
import { eachOf, type Fill, inTurn, missing, within } from './fill.ts';
import { canonicalQuantity } from './quantity.ts';

const httpGet = within('httpGet', (get) => missing(get, { path: '/', scheme: 'HTTP' }));
const probe = inTurn(
  (object) => missing(object, { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 }),
  httpGet,
);

const quantities: Fill = (list) =>
  Object.fromEntries(Object.entries(list).map(([name, value]) => [name, canonicalQuantity(value ?? null)]));
/** A container's or a claim's resources, their quantities as the server writes them. */
export const resources = within('resources', inTurn(within('limits', quantities), within('requests', quantities)));

// What a value comes from: an environment variable's, or a file's in a volume.
const source = inTurn(
  within('fieldRef', (field) => missing(field, { apiVersion: 'v1' })),
  within('resourceFieldRef', (field) => missing(field, { divisor: '0' })),
);
const downwardItems = eachOf('items', source);

const container = inTurn(
  (object) =>
    missing(object, {
      imagePullPolicy: pullPolicy(stringAt(object.image) ?? ''),
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    }),
  resources,
  eachOf('ports', (port) => missing(port, { protocol: 'TCP' })),
  eachOf('env', within('valueFrom', source)),
  within('livenessProbe', probe),
  within('readinessProbe', probe),
  within('startupProbe', probe),
  within('lifecycle', inTurn(within('preStop', httpGet), within('postStart', httpGet))),
);

function pullPolicy(image: string): string {
  const [, tag = 'latest'] = image.slice(image.lastIndexOf('/') + 1).split(':');
  return tag === 'latest' && !image.includes('@') ? 'Always' : 'IfNotPresent';
}

const MODE = { defaultMode: 0o644 };
const projected = eachOf(
  'sources',
  inTurn(
    within('downwardAPI', downwardItems),
    within('serviceAccountToken', (token) => missing(token, { expirationSeconds: 3600 })),
  ),
);
const volume = inTurn(
  (object) => (Object.keys(object).length === 1 ? missing(object, { emptyDir: {} }) : object),
  within('secret', (source) => missing(source, MODE)),
  within('configMap', (source) => missing(source, MODE)),
  within(
    'downwardAPI',
    inTurn(downwardItems, (source) => missing(source, MODE)),
  ),
  within(
    'projected',
    inTurn(projected, (source) => missing(source, MODE)),
  ),
  within('hostPath', (source) => missing(source, { type: '' })),
);

/** The spec of a pod template. @see pkg/apis/core/v1/defaults.go of Kubernetes 1.20 */
export const podSpec = inTurn(
  (spec) =>
    missing(spec, {
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    }),
  (spec) => (spec.serviceAccountName === undefined ? spec : missing(spec, { serviceAccount: spec.serviceAccountName })),
  eachOf('containers', container),
  eachOf('initContainers', container),
  eachOf('volumes', volume),
);
