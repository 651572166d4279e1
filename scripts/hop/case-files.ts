import type { HopNames } from './hop-names.ts';

/** The first case of a hop: a small mesh, a small target, and what the program makes of them; by path. */
export function caseFiles(names: HopNames): Readonly<Record<string, string>> {
  const folder = `test/hops/${names.folder}`;
  return {
    [`${folder}/mesh.yaml`]: `# A control plane of ${names.from}, no larger than a plan needs.\n${controlPlane(names.from)}`,
    [`${folder}/target.yaml`]: `# The same as ${names.to} installs it.\n${controlPlane(names.to)}`,
    [`${folder}/hop.test.ts`]: hopTest(names),
  };
}

function controlPlane(minor: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-pilot
  namespace: istio-system
  labels: {app: pilot, chart: pilot, heritage: Tiller, release: istio}
spec:
  selector:
    matchLabels: {app: pilot}
  template:
    metadata:
      labels: {app: pilot}
    spec:
      containers:
      - name: discovery
        image: docker.io/istio/pilot:${minor}.0
`;
}

function hopTest({ from, to }: HopNames): string {
  return `import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from '../../cli/run.ts';

const MESH = join(import.meta.dirname, 'mesh.yaml');
const TARGET = ['-f', join(import.meta.dirname, 'target.yaml')];
const folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-hop-'));
after(() => rmSync(folder, { recursive: true }));

async function changes(snapshot: string): Promise<readonly string[]> {
  const { exit, out, err } = await run(['plan', '--snapshot', snapshot, ...TARGET, '-o', 'json']);
  assert.equal(exit, 0, err);
  const plan: { from: string; to: string; changes: readonly { op: string; object: string }[] } = JSON.parse(out);
  return [\`\${plan.from} to \${plan.to}\`, ...plan.changes.map(({ op, object }) => \`\${op} \${object}\`)];
}

test('the control plane of ${from} is brought to ${to}', async () => {
  assert.deepEqual(await changes(MESH), ['${from}.0 to ${to}.0', 'update Deployment.apps/istio-system/istio-pilot']);
});

test('once that is applied, there is nothing left to do', async () => {
  const upgraded = join(folder, 'upgraded.yaml');
  const { exit, err } = await run(['apply', '--snapshot', MESH, '--snapshot-out', upgraded, ...TARGET, '--yes']);
  assert.equal(exit, 0, err);
  assert.deepEqual(await changes(upgraded), ['${to}.0 to ${to}.0']);
});
`;
}
