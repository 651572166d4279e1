import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type Ran, ROOT, run, type Surroundings, withoutTimes } from './run.ts';

const MESH = 'test/demo/mesh-1.1.yaml';
const TARGET = ['-f', 'test/demo/istio-1.2'];
let folder = '';
let mesh = '';
let file = '';

before(() => process.chdir(ROOT));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  mesh = join(folder, 'mesh.yaml');
  file = join(folder, 'upgrade.plan');
  copyFileSync(MESH, mesh);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const plan = (...flags: readonly string[]): Promise<Ran> =>
  run(['plan', '--snapshot', mesh, ...TARGET, '--out', file, ...flags]);
const apply = (flags: readonly string[] = [], more: Surroundings = {}): Promise<Ran> =>
  run(['apply', file, '--snapshot', mesh, '--yes', ...flags], more);
const text = (path: string): string => readFileSync(path, 'utf8');

function edit(path: string, from: string | RegExp, to: string): void {
  const edited = text(path).replace(from, to);
  assert.notEqual(edited, text(path), `${from} is in ${path}`);
  writeFileSync(path, edited);
}

async function refused(ran: Promise<Ran>, exit: number, ...patterns: readonly RegExp[]): Promise<void> {
  const before = text(mesh);
  const { err, exit: ended } = await ran;
  for (const pattern of patterns) assert.match(err, pattern);
  assert.equal(ended, exit, err);
  assert.equal(text(mesh), before, 'nothing was written');
}

test('a saved plan is the plan that was shown, in a file that only its owner may read', async () => {
  const { out, err, exit } = await plan();
  assert.equal(exit, 0);
  assert.equal(err, `saved to ${file}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder).sort(), ['mesh.yaml', 'upgrade.plan'], 'nothing else is left there');
  const applied = await apply();
  assert.equal(applied.exit, 0, applied.err);
  assert.equal(
    withoutTimes(applied.out),
    `${out}done: 20 changes applied in TIME (crds TIME, control-plane TIME), the control plane is at Istio 1.2.10\n`,
  );
  const left = await run(['plan', '--snapshot', mesh, ...TARGET]);
  assert.match(left.out, /^nothing to do/m);
});

test('what is applied from a file and what is applied at once end in the same state', async () => {
  await plan('--prune');
  await apply();
  const other = join(folder, 'other.yaml');
  await run(['apply', '--snapshot', MESH, ...TARGET, '--prune', '--yes', '--snapshot-out', other]);
  const undated = (path: string) => text(path).replace(/(?:time|creationTimestamp|uid): .*/g, '');
  assert.ok(undated(mesh) === undated(other));
});

test('the question is asked as always', async () => {
  await plan();
  const { exit, err } = await run(['apply', file, '--snapshot', mesh], { answer: 'no' });
  assert.match(err, /Apply these 20 changes to /);
  assert.equal(exit, 4);
  await refused(run(['apply', file, '--snapshot', mesh]), 2, /no terminal to ask it on/);
});

test('a plan is for one cluster: another one is refused, both are named', async () => {
  await plan();
  const other = join(folder, 'staging.yaml');
  copyFileSync(mesh, other);
  await refused(
    run(['apply', file, '--snapshot', other, '--yes']),
    3,
    /the plan is for snapshot mesh\.yaml \(.*mesh\.yaml\), and this is snapshot staging\.yaml \(.*staging\.yaml\)/,
  );
  assert.equal(text(other), text(mesh));
});

test('a plan that was edited by hand is refused', async () => {
  await plan();
  edit(file, 'docker.io/istio/pilot:1.2.10', 'docker.io/evil/pilot:1.2.10');
  await refused(apply(), 3, /upgrade\.plan: the saved plan was changed after it was written/);
  writeFileSync(file, 'not a plan');
  await refused(apply(), 2, /upgrade\.plan is no saved plan: it is not JSON/);
  rmSync(file);
  await refused(apply(), 2, /cannot read the saved plan .*upgrade\.plan: ENOENT/);
});

test('everything that moved since is told with its difference, not the first thing only, and nothing is written', async () => {
  await plan();
  edit(mesh, 'image: docker.io/istio/pilot:1.1.17', 'image: docker.io/istio/pilot:1.1.16');
  edit(mesh, 'image: docker.io/istio/galley:1.1.17', 'image: docker.io/istio/galley:1.1.15');
  await refused(
    apply(),
    3,
    /^-.*pilot:1\.1\.17\n\+.*pilot:1\.1\.16$/m,
    /^-.*galley:1\.1\.17\n\+.*galley:1\.1\.15$/m,
    /error: nothing was written: Deployment\.apps\/istio-system\/istio-galley changed since the plan was saved/,
    /error: nothing was written: Deployment\.apps\/istio-system\/istio-pilot changed since the plan was saved/,
  );
});

test('an object that the plan leaves as it is, and rests on, may not move either', async () => {
  const { out } = await run(['plan', '--snapshot', mesh, ...TARGET, '-o', 'json']);
  const unchanged: readonly string[] = JSON.parse(out).unchanged;
  assert.ok(unchanged.includes('Service/istio-system/istio-pilot'), unchanged.join());
  await plan();
  const name = /^ {2}name: istio-pilot$/m;
  const [before, service] = split(text(mesh));
  writeFileSync(mesh, before + service.replace(name, '  name: istio-pilot\n  annotations: {somebody: was-here}'));
  await refused(apply(), 3, /Service\/istio-system\/istio-pilot changed since/);
});

/** The text before and from the Service of Pilot on. */
function split(whole: string): readonly [string, string] {
  const documents = whole.split(/^---$/m);
  const at = documents.findIndex((one) => /^kind: Service$/m.test(one) && /^ {2}name: istio-pilot$/m.test(one));
  return [`${documents.slice(0, at).join('---')}---`, documents.slice(at).join('---')];
}

test('a status, versions and a scale that an autoscaler sets are no move', async () => {
  await plan();
  edit(mesh, /^kind: Deployment$/m, 'kind: Deployment\nstatus: {observedGeneration: 7}');
  const { exit, err } = await apply();
  assert.equal(exit, 0, err);
});

test('a plan goes on where an interrupted run of it stopped', async () => {
  await plan();
  const { exit } = await apply([], { interrupted: AbortSignal.abort() });
  assert.equal(exit, 130);
  const half = join(folder, 'half.yaml');
  const clone = await run(['apply', file, '--snapshot', mesh, '--yes', '--phase', 'crds']);
  assert.equal(clone.exit, 2, 'a part of a plan is another plan');
  await run(['apply', '--snapshot', mesh, ...TARGET, '--phase', 'crds', '--yes', '--snapshot-out', half]);
  copyFileSync(half, mesh);
  const rest = await apply();
  assert.equal(rest.exit, 0, rest.err);
  assert.match((await run(['plan', '--snapshot', mesh, ...TARGET])).out, /^nothing to do/m);
});

test('flags that ask for another plan are refused', async () => {
  await plan();
  for (const flags of [
    ['--prune'],
    ['--phase', 'crds'],
    ['--force-conflicts'],
    ['-A'],
    ['-l', 'app=x'],
    ['-i', 'mesh'],
  ])
    await refused(apply(flags), 2, new RegExp(`${flags[0]}.* asks for another plan than .*upgrade\\.plan holds`));
});

const secret = (value: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: kiali\n  namespace: istio-system\nstringData:\n  passphrase: ${value}\n`;

test('values of Secrets are not in the file: apply wants the same manifests again', async () => {
  const manifests = join(folder, 'secret.yaml');
  writeFileSync(manifests, secret('hunter2'));
  const { err, out } = await plan('-f', manifests);
  assert.match(err, /it holds no values of Secrets: apply wants the same -f again/);
  assert.doesNotMatch(text(file) + out, /hunter2/);
  await refused(apply(), 2, /does not hold the values of Secret\/istio-system\/kiali\nhint: .* with -f/);
  writeFileSync(manifests, secret('hunter3'));
  await refused(
    apply([...TARGET, '-f', manifests]),
    3,
    /Secret\/istio-system\/kiali: these manifests make something else of it than the saved plan/,
  );
  writeFileSync(manifests, secret('hunter2'));
  const applied = await apply([...TARGET, '-f', manifests]);
  assert.equal(applied.exit, 0, applied.err);
  assert.match(text(mesh), /hunter2|aHVudGVyMg==/);
  assert.doesNotMatch(text(mesh), /scrypt/);
});

test('a change of mutual TLS wants its own flag from a file, too', async () => {
  copyFileSync('test/cli/mtls-mesh.yaml', mesh);
  await run(['plan', '--snapshot', mesh, '--out', file]);
  await refused(apply(), 3, /nothing was written: mutual TLS would change/);
  const { exit, err } = await apply(['--allow-mtls-change']);
  assert.equal(exit, 0, err);
});

test('a plan that cannot be written is an error that names the file', async () => {
  file = join(folder, 'absent', 'upgrade.plan');
  const { exit, err } = await plan();
  assert.equal(exit, 1);
  assert.match(err, /cannot write the plan to .*absent/);
});
