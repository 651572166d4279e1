// Prints how the plan and the start-up compare with what people would run instead, side by side in one run:
//   npm run bundle && npm run kubectl && npm run bench
// Ratios of medians; single times on a shared machine mean little. Needs the cluster tests' programs and Istio's manifests (README, "Two commands").
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type JsonObject, objectAt, valueAt, withValue } from '../src/core/json.ts';
import { annotationsOf, type K8sObject, labelsOf } from '../src/core/object.ts';
import { withListKeyDefaults } from '../src/fields/list-types.ts';
import { startControlPlane } from '../test/cluster/harness/control-plane.ts';
import { standInKubelet } from '../test/cluster/harness/kubelet.ts';
import { seedIstio11 } from '../test/cluster/harness/seed.ts';
import { release12 } from '../test/cluster/istio-1.2.ts';
import { recentKubectl } from '../test/programs/recent-kubectl.ts';

const ROUNDS = 9;
const ROOT = resolve(import.meta.dirname, '..');
const PROGRAM = join(ROOT, 'dist/kubectl-istio_upgrade.js');

interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exits: readonly number[];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Milliseconds of one run. */
function time({ name, argv, env = {}, exits }: Command): number {
  const [program = '', ...args] = argv;
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const took = Number(process.hrtime.bigint() - began) / 1e6;
  if (status === null || !exits.includes(status)) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return took;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Runs both in turn, one uncounted round first, and prints the medians and the ratio a/b. */
function compare(a: Command, b: Command): void {
  const times: [number, number][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) times.push([time(a), time(b)]);
  const counted = times.slice(1);
  const [medianA, medianB] = [median(counted.map(([one]) => one)), median(counted.map(([, other]) => other))];
  say(
    `${(medianA / medianB).toFixed(2)} x  ${a.name} (${medianA.toFixed(0)} ms) against ${b.name} (${medianB.toFixed(0)} ms)`,
  );
}

/** The manifests so that `kubectl diff --server-side` does not stop at the first object: ports with protocols, selectors as they are live. */
function forKubectl(objects: readonly K8sObject[]): readonly K8sObject[] {
  return objects.map(withListKeyDefaults).map((object) => {
    if (object.kind !== 'Deployment' || annotationsOf(object)['helm.sh/hook'] !== undefined) return object;
    const template = objectAt(valueAt(object, 'spec', 'template'));
    const keepsLabels = !['istio-policy', 'istio-telemetry', 'istio-pilot', 'prometheus'].includes(
      object.metadata.name,
    );
    const spec: JsonObject = objectAt(object.spec);
    return keepsLabels
      ? { ...object, spec: withValue(spec, ['selector'], { matchLabels: labelsOf(template) }) }
      : object;
  });
}

if (!existsSync(PROGRAM)) throw new Error('no bundle: npm run bundle');
const kubectl = recentKubectl();
if (!existsSync(kubectl)) throw new Error('no recent kubectl: npm run kubectl');
const cluster = await startControlPlane();
try {
  await standInKubelet(cluster);
  await seedIstio11(cluster, { manifests: 'control-plane-mtls.yaml' });
  const objects = forKubectl(release12('control-plane-mtls.yaml').controlPlane);
  const file = join(cluster.directory, 'target.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const env = { KUBECONFIG: cluster.kubeconfig() };
  say(`${objects.length} objects, ${ROUNDS} rounds each, medians`);
  compare(
    { name: 'plan', argv: [process.execPath, PROGRAM, 'plan', '-f', file], env, exits: [0] },
    {
      name: `kubectl diff --server-side (${versionOf(kubectl)})`,
      argv: [kubectl, 'diff', '--server-side', '--force-conflicts', '-f', file],
      env,
      exits: [1],
    },
  );
} finally {
  await cluster.stop();
}
compare(
  { name: '--help', argv: [process.execPath, PROGRAM, '--help'], exits: [0] },
  { name: 'node -e 0', argv: [process.execPath, '-e', '0'], exits: [0] },
);

function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return `${valueAt(JSON.parse(stdout), 'clientVersion', 'gitVersion')}`;
}
