import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { diffCommand } from '../../cmd/screen/external-diff.ts';
import { ROOT, run } from './run.ts';

const MESH = join(ROOT, 'test/demo/mesh-1.1.yaml');
const TARGET = join(ROOT, 'test/demo/istio-1.2');
const SECRET = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: kept, namespace: istio-system}\ndata: {same: c2FtZQ==, key: ${value}}\n`;
const NOTE =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: istio-system}\ndata: {a: "a\\e[31mb\\u202ec"}\n';
const PLAIN = Buffer.from('before-the-upgrade').toString('base64');
const OTHER = Buffer.from('after-the-upgrade').toString('base64');

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

/** A program that keeps its words and what is in the directories, prints a line, and ends with that code. */
function program(name: string, exit: number): string {
  const path = join(folder, name);
  const kept = join(folder, `${name}.kept`);
  const lines = [
    `rm -rf '${kept}'; mkdir '${kept}'`,
    `printf '%s\\n' "$@" > '${kept}/words'`,
    `cp -r "$1" '${kept}/LIVE'; cp -r "$2" '${kept}/MERGED'`,
    `echo 'shown by ${name}'`,
    `exit ${exit}`,
  ];
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
  return path;
}

function kept(name: string, path: string): string {
  return readFileSync(join(folder, `${name}.kept`, path), 'utf8');
}

const plan = (external: string, ...flags: readonly string[]) =>
  run(['plan', '--snapshot', MESH, '-f', TARGET, ...flags], { env: { KUBECTL_EXTERNAL_DIFF: external } });

test('the program of KUBECTL_EXTERNAL_DIFF shows the differences, a file an object on either side', async () => {
  const { out, exit } = await plan(`${program('one', 1)} -u --color=never`);
  assert.equal(exit, 0, 'that something differs is no error');
  assert.match(out, /^shown by one\nIstio 1\.1\.17 → 1\.2\.10/);
  assert.match(out, /^~ update ConfigMap\/istio-system\/istio .*config|control-plane/m);
  assert.doesNotMatch(out, /^@@/m, 'the lines are not shown twice');
  assert.match(out, /^plan: \d+ to create/m);
  const [live = '', merged = '', ...words] = kept('one', 'words').trimEnd().split('\n');
  assert.match(live, /\/LIVE-\w+$/);
  assert.match(merged, /\/MERGED-\w+$/);
  assert.deepEqual(words, ['-u', '--color=never']);
  assert.throws(() => readdirSync(live), { code: 'ENOENT' }, 'nothing is left behind');
  const names = readdirSync(join(folder, 'one.kept/LIVE'));
  assert.deepEqual(names, readdirSync(join(folder, 'one.kept/MERGED')));
  assert.ok(names.includes('apps.v1.Deployment.istio-system.istio-pilot'), names.join(' '));
  assert.ok(names.includes('v1.ConfigMap.istio-system.istio'));
  assert.match(kept('one', 'LIVE/apps.v1.Deployment.istio-system.istio-pilot'), /image: \S+pilot:1\.1\.17/);
  assert.match(kept('one', 'MERGED/apps.v1.Deployment.istio-system.istio-pilot'), /image: \S+pilot:1\.2\.10/);
});

test('what is created has an empty file on the live side', async () => {
  await plan(program('created', 1));
  const created = readdirSync(join(folder, 'created.kept/LIVE')).filter(
    (name) => kept('created', `LIVE/${name}`) === '',
  );
  assert.notDeepEqual(created, []);
  for (const name of created) assert.match(kept('created', `MERGED/${name}`), /^apiVersion: /, name);
});

test('values of Secrets are masked, and what would command a terminal is shown', async () => {
  const mesh = join(folder, 'mesh.yaml');
  writeFileSync(mesh, `${readFileSync(MESH, 'utf8')}\n---\n${SECRET(PLAIN)}`);
  const target = join(folder, 'target');
  cpSync(TARGET, target, { recursive: true });
  writeFileSync(join(target, 'secret.yaml'), `${SECRET(OTHER)}---\n${NOTE}`);
  const external = `${program('secret', 1)}`;
  const { exit, err } = await run(['plan', '--snapshot', mesh, '-f', target], {
    env: { KUBECTL_EXTERNAL_DIFF: external },
  });
  assert.equal(exit, 0, err);
  const [live, merged] = ['LIVE', 'MERGED'].map((side) => kept('secret', `${side}/v1.Secret.istio-system.kept`));
  assert.match(live ?? '', /\*{3} \(before\)/);
  assert.match(merged ?? '', /\*{3} \(after\)/);
  for (const text of [live, merged]) assert.doesNotMatch(text ?? '', /YmVm|YWZ0|c2Ft/);
  const note = kept('secret', 'MERGED/v1.ConfigMap.istio-system.note');
  assert.match(note, /a\\e\[31mb\\u202ec/);
  assert.doesNotMatch(note, /[\u001b\u202e]/);
});

test('0 is no error either, anything above 1 is, and so is a program that is not there', async () => {
  assert.equal((await plan(program('same', 0))).exit, 0);
  const failed = await plan(program('failed', 2));
  assert.equal(failed.exit, 1);
  assert.match(
    failed.err,
    /^error: \S+failed cannot show the differences: exit code 2\nhint: {2}KUBECTL_EXTERNAL_DIFF/m,
  );
  const absent = await plan(join(folder, 'absent'));
  assert.equal(absent.exit, 1);
  assert.match(absent.err, /absent cannot show the differences: .*ENOENT/);
});

test('where the differences cannot be shown nothing is asked and nothing written', async () => {
  const mesh = join(folder, 'apply.yaml');
  cpSync(MESH, mesh);
  const surroundings = { env: { KUBECTL_EXTERNAL_DIFF: program('broken', 3) }, answer: 'yes' };
  const { exit, err } = await run(['apply', '--snapshot', mesh, '-f', TARGET], surroundings);
  assert.equal(exit, 1);
  assert.doesNotMatch(err, /taken as yes/);
  assert.equal(readFileSync(mesh, 'utf8'), readFileSync(MESH, 'utf8'));
});

test('apply and rollback show their differences with it as well, before they ask', async () => {
  const mesh = join(folder, 'rolled.yaml');
  const state = join(folder, 'state');
  cpSync(MESH, mesh);
  const env = { KUBECTL_EXTERNAL_DIFF: program('both', 1) };
  const flags = ['--snapshot', mesh, '--state-dir', state];
  const applied = await run(['apply', ...flags, '-f', TARGET], { env, answer: 'yes' });
  assert.equal(applied.exit, 0, applied.err);
  assert.match(applied.out, /^shown by both\nIstio/);
  const back = await run(['rollback', ...flags], { env, answer: 'no' });
  assert.equal(back.exit, 4, back.err);
  assert.match(back.out, /^shown by both\nIstio/);
  assert.match(kept('both', 'MERGED/apps.v1.Deployment.istio-system.istio-pilot'), /image: \S+pilot:1\.1\.17/);
});

test('no program is run where no difference is shown: for other outputs, with --quiet, and where nothing changes', async () => {
  const external = program('unasked', 1);
  await plan(external, '-o', 'json');
  await plan(external, '-q');
  await plan(external, '--phase', 'config');
  assert.ok(!readdirSync(folder).includes('unasked.kept'));
});

test('the words after the program are those that kubectl passes on, the others are told', async () => {
  const command = (KUBECTL_EXTERNAL_DIFF: string) => diffCommand({ KUBECTL_EXTERNAL_DIFF });
  assert.equal(diffCommand({}), undefined);
  assert.equal(command(' '), undefined);
  assert.deepEqual(command('diff -u  -N'), { program: 'diff', words: ['-u', '-N'], ignored: [] });
  assert.deepEqual(command('/opt/my diff/x --a=b a_b ; c.d'), {
    program: '/opt/my',
    words: ['--a=b'],
    ignored: ['diff/x', 'a_b', ';', 'c.d'],
  });
  const { err } = await plan(`${program('words', 1)} -u a;b`);
  assert.match(err, /^warning: KUBECTL_EXTERNAL_DIFF: a;b is not passed on/m);
  assert.equal(kept('words', 'words').split('\n')[2], '-u');
});
