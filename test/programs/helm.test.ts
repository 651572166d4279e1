import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { helmVersionText, openHelm } from '../../src/programs/helm.ts';
import { HELMS, helmTests } from './helm-binaries.ts';

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fake-helm-'));
});
after(() => rm(directory, { recursive: true, force: true }));

/** A program that runs this code with its `args`. */
async function fake(name: string, code: string): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!${process.execPath}\nconst args = process.argv.slice(2);\n${code}\n`);
  await chmod(path, 0o755);
  return path;
}

const HELM_3 = `if (args[0] === 'version') { console.log('v3.17.2+gcc0bbbd'); process.exit(); }`;

function isUsage(message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.match(error.message, message);
    assert.match(error.hint ?? '', /--helm PATH.* with -f/);
    assert.equal(error.exit, 2);
    return true;
  };
}

describe('helm', () => {
  it('is the one that --helm names, or the first in PATH', async () => {
    const named = await fake('named/helm', HELM_3);
    const found = await fake('found/helm', HELM_3);
    const env = { PATH: ['', join(directory, 'nothing'), dirname(found), dirname(named)].join(delimiter) };
    assert.equal((await openHelm({ path: named, env })).path, named);
    const helm = await openHelm({ path: undefined, env });
    assert.equal(helm.path, found);
    assert.equal(helmVersionText(helm.version), '3.17.2');
  });

  it('is asked without a cluster, in the words of Helm 2 and 3, then of Helm 4', async () => {
    const old = await fake(
      'v2',
      `console.log(args.includes('--client') ? 'Client: v2.16.1+gbbdfe5e' : 'asked Tiller')`,
    );
    await assert.rejects(openHelm({ path: old, env: {} }), isUsage(/v2 is Helm 2\.16\.1, and 3 or newer is needed$/));
    const next = await fake('v4', `if (args.includes('--client')) process.exit(1); console.log('v4.1.4+g05fa379')`);
    assert.equal((await openHelm({ path: next, env: {} })).version.major, 4);
  });

  it('is an error that names the other ways where there is none, or it is none', async () => {
    await assert.rejects(openHelm({ path: undefined, env: { PATH: directory } }), isUsage(/^there is no helm in PATH/));
    await assert.rejects(openHelm({ path: undefined, env: {} }), isUsage(/^there is no helm in PATH/));
    const mute = await fake('mute', `console.log('hello')`);
    await assert.rejects(openHelm({ path: mute, env: {} }), isUsage(/mute does not say which Helm it is/));
    const gone = join(directory, 'gone');
    await assert.rejects(openHelm({ path: gone, env: {} }), (error) => {
      assert.ok(error instanceof UpgradeError);
      assert.match(error.message, /^cannot run .*gone: .*ENOENT/);
      assert.match(error.hint ?? '', /--helm PATH.* with -f/);
      return true;
    });
  });

  it('gets its words as they are and its environment whole, and answers with its code', async () => {
    const path = await fake(
      'words; words',
      `${HELM_3} console.log(JSON.stringify({ args, env: process.env })); console.error('no'); process.exit(3);`,
    );
    const helm = await openHelm({ path, env: { KUBECONFIG: '/k', HTTPS_PROXY: 'http://p:1', NOT_SET: undefined } });
    const words = ['template', '--set', 'a=$(HOME) "b",{c}'];
    const { code, stdout, stderr } = await helm.run(words);
    assert.deepEqual(JSON.parse(stdout), { args: words, env: { KUBECONFIG: '/k', HTTPS_PROXY: 'http://p:1' } });
    assert.deepEqual([code, stderr], [3, 'no\n']);
  });

  it('hands its lines on when each is complete', async () => {
    const code = `${HELM_3}
const write = (text) => process.stdout.write(Buffer.from(text, 'latin1'));
write('one\\ntw'); setTimeout(() => { write('o \\xc3'); setTimeout(() => { write('\\xa9\\r\\nthree'); console.error('wrong'); }, 50); }, 50);`;
    const lines: string[] = [];
    const helm = await openHelm({ path: await fake('slow', code), env: {} });
    const answer = await helm.run(['upgrade'], { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    assert.deepEqual(lines.sort(), ['stderr wrong', 'stdout one', 'stdout three', 'stdout two é']);
    assert.deepEqual(answer, { code: 0, stdout: 'one\ntwo é\r\nthree', stderr: 'wrong\n' });
  });

  it('ends when it is told to, and has no code then', async () => {
    const helm = await openHelm({ path: await fake('endless', `${HELM_3} setInterval(() => {}, 1000);`), env: {} });
    const answer = await helm.run(['upgrade'], { signal: AbortSignal.timeout(200) });
    assert.equal(answer.code, undefined);
  });
});

for (const binary of HELMS)
  helmTests('a real helm', binary, (path) => {
    it('says its version without a cluster', async () => {
      const { version } = await openHelm({ path, env: { PATH: process.env.PATH } });
      assert.match(helmVersionText(version), /^[34]\.\d+\.\d+$/);
    });
  });
