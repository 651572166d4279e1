import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ROOT } from './packages.ts';

const NAME = 'kubectl-istio_upgrade';
const work = mkdtempSync(join(tmpdir(), 'istio-upgrade launcher '));
after(() => rmSync(work, { recursive: true }));

const home = join(work, 'store', 'v1');
const launcher = join(home, NAME);
install();

/** The launcher with a program that tells how it was run. */
function install(): void {
  mkdirSync(join(home, 'lib'), { recursive: true });
  copyFileSync(join(ROOT, 'scripts/package/launcher.sh'), launcher);
  chmodSync(launcher, 0o755);
  symlinkSync(process.execPath, join(home, 'lib/node'));
  writeFileSync(join(home, 'lib/package.json'), '{ "type": "module" }');
  writeFileSync(
    join(home, 'lib', `${NAME}.js`),
    `const [, , ...words] = process.argv;
     if (words[0] === 'exit') process.exit(Number(words[1]));
     if (words[0] === 'wait') { process.on('SIGTERM', () => process.exit(42)); console.log(process.pid); setInterval(() => undefined, 1000); }
     else {
       process.emitWarning('a warning');
       console.log(JSON.stringify({ words, options: process.env.NODE_OPTIONS, kept: process.env.ISTIO_UPGRADE_NODE_OPTIONS }));
     }`,
  );
}

function link(path: string, target: string): string {
  mkdirSync(dirname(join(work, path)), { recursive: true });
  symlinkSync(target, join(work, path));
  return join(work, path);
}

function wordsOf(program: string, words: readonly string[], cwd = work): unknown {
  const { stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8', env: { PATH: '' } });
  assert.equal(stderr, '');
  return JSON.parse(stdout).words;
}

describe('the launcher', { skip: process.platform === 'win32' }, () => {
  test('runs the program beside it, from wherever links lead to it, with nothing in PATH', () => {
    const absolute = link('bin/absolute', launcher);
    const relative = link('bin/relative', `../store/v1/${NAME}`);
    const chain = link('other bin/chain', '../bin/hop');
    link('bin/hop', absolute);
    link('linked store', 'store');
    const throughDirectory = join(work, 'linked store/v1', NAME);
    for (const program of [launcher, absolute, relative, chain, throughDirectory])
      assert.deepEqual(wordsOf(program, ['version']), ['version'], program);
  });

  test('is found by a relative path, and by its bare name', () => {
    assert.deepEqual(wordsOf(`./${NAME}`, ['version'], home), ['version']);
    assert.deepEqual(wordsOf('/bin/sh', [NAME, 'version'], home), ['version']);
  });

  test('hands words on as they are', () => {
    const words = ['plan', '', 'two words', '--set', 'a=$b', "it's", '*', '-e', '--', '\\n'];
    assert.deepEqual(wordsOf(launcher, words), words);
  });

  test('keeps NODE_OPTIONS from its Node.js, for the programs that this one starts', () => {
    const env = { NODE_OPTIONS: '--require /nowhere.js' };
    const { status, stdout, stderr } = spawnSync(launcher, [], { encoding: 'utf8', env });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.deepEqual(JSON.parse(stdout), { words: [], kept: '--require /nowhere.js' });
  });

  test('shows no warning of Node.js, whatever is set', () => {
    const env = { NODE_PENDING_DEPRECATION: '1', NODE_OPTIONS: '--trace-warnings' };
    assert.equal(spawnSync(launcher, [], { encoding: 'utf8', env }).stderr, '');
  });

  test('ends as the program ends', () => {
    assert.equal(spawnSync(launcher, ['exit', '5']).status, 5);
  });

  test('is the program: a signal gets there, and the process is the same', async () => {
    const child = spawn(launcher, ['wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const [pid] = await new Promise<string[]>((resolve) =>
      child.stdout.once('data', (data) => resolve(`${data}`.split('\n'))),
    );
    assert.equal(Number(pid), child.pid);
    child.kill('SIGTERM');
    assert.equal(await exited, 42);
  });
});
