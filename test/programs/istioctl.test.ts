import assert from 'node:assert/strict';
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import { parseVersion, versionText } from '../../src/core/version.ts';
import { findIstioctl } from '../../src/programs/find-istioctl.ts';
import { istioctlInjector } from '../../src/programs/istioctl.ts';
import { parseIstioctlVersion } from '../../src/programs/istioctl-version.ts';
import { deployment } from '../injection/workloads.ts';

const TARGET = { major: 1, minor: 2, patch: 10, suffix: '' };
const INPUT = { mesh: 'rootNamespace: istio-system\n', config: 'template: ""\n', values: '{"global":{}}' };
const VERSION = JSON.stringify({ clientVersion: { version: '1.2.10', revision: 'abc' } }, undefined, 2);

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fake-istioctl-'));
});
after(() => rm(directory, { recursive: true, force: true }));

/** A program that answers `version` with VERSION and otherwise runs this code, with `flags` and the text of the files that they name. */
async function fake(name: string, code: string, version = `console.log(${JSON.stringify(VERSION)})`): Promise<string> {
  const path = join(directory, name);
  const script = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
if (command === 'version') { ${version}; process.exit(); }
const flags = Object.fromEntries(args.flatMap((arg, at) => arg.startsWith('--') ? [[arg.slice(2), args[at + 1]]] : []));
const text = (flag) => readFileSync(flags[flag], 'utf8');
${code}
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

/** Writes down what it was called with, and gives back what it was given, after log lines on stdout. */
const RECORD = `
const texts = { mesh: text('meshConfigFile'), config: text('injectConfigFile'), values: text('valuesFile') };
writeFileSync(__filename + '.json', JSON.stringify({ command, flags, texts }));
`;
const ECHO = `${RECORD}
console.log("2019-06-01T00:00:00.000000Z\\twarn\\tPotentially misspelled annotation");
writeFileSync(flags.output, text('filename').split('---\\n').map((one) => one + '---\\n').join(''));
`;

async function calledWith(path: string): Promise<Json> {
  const value: Json = JSON.parse(await readFile(`${path}.json`, 'utf8'));
  return value;
}

async function isGone(file: string): Promise<boolean> {
  return access(dirname(file)).then(
    () => false,
    () => true,
  );
}

describe('istioctl as an injector', () => {
  it('runs kube-inject with everything from files, without a shell, and cleans up', async () => {
    const path = await fake('echo; echo', ECHO);
    const workloads = [deployment({}, { annotations: { text: 'a\n---\nb $(HOME) \u0085\u007f\ufeff' } }), deployment()];
    const injector = await istioctlInjector(path, TARGET);
    assert.deepEqual(await injector.inject(workloads, INPUT), workloads);
    const { command, flags, texts } = Object(await calledWith(path));
    assert.equal(command, 'kube-inject');
    assert.deepEqual(Object.keys(flags).sort(), [
      'filename',
      'injectConfigFile',
      'meshConfigFile',
      'output',
      'valuesFile',
    ]);
    assert.deepEqual(texts, INPUT);
    assert.equal(await isGone(flags.filename), true);
  });

  it('is known by its version', async () => {
    assert.equal(versionText((await istioctlInjector(await fake('good', ECHO), TARGET)).version), '1.2.10');
  });

  it("is refused when it is another release's", async () => {
    const path = await fake('old', ECHO, 'console.log("1.1.17")');
    await assert.rejects(istioctlInjector(path, TARGET), (error) => {
      assert.ok(error instanceof UpgradeError);
      assert.equal(error.message, `${path} is istioctl 1.1.17, and 1.2.10 is needed`);
      assert.match(error.hint ?? '', /--istioctl PATH/);
      assert.equal(error.exit, 3);
      return true;
    });
  });

  it('is refused when it does not say what it is', async () => {
    const path = await fake('mute', ECHO, 'process.exit(1)');
    await assert.rejects(istioctlInjector(path, TARGET), /is istioctl of an unknown version, and 1\.2\.10 is needed/);
  });

  it('is asked the old way when it does not know the new one', async () => {
    const path = await fake('short', ECHO, `if (!args.includes('--short')) process.exit(1); console.log('1.2.10')`);
    assert.equal((await istioctlInjector(path, TARGET)).version.patch, 10);
  });

  it('is an error with a hint when it is not there', async () => {
    await assert.rejects(istioctlInjector(join(directory, 'nothing'), TARGET), (error) => {
      assert.ok(error instanceof UpgradeError);
      assert.match(error.message, /cannot run .*nothing: .*ENOENT/);
      assert.match(error.hint ?? '', /--istioctl/);
      return true;
    });
  });

  it('hands on what the program says when it refuses, without its log, and cleans up', async () => {
    const code = `${RECORD}; console.error("2019-06-01T00:00:00Z\\twarn\\tnoise"); console.error("Error: bad port 'x'"); process.exit(1);`;
    const path = await fake('refusing', code);
    const injector = await istioctlInjector(path, TARGET);
    await assert.rejects(injector.inject([deployment()], INPUT), (error) => {
      assert.ok(error instanceof UpgradeError);
      assert.equal(error.message, "istioctl kube-inject: Error: bad port 'x'");
      return true;
    });
    const { flags } = Object(await calledWith(path));
    assert.equal(await isGone(flags.filename), true);
  });

  it('notices when the answer is not about what was asked', async () => {
    const short = await istioctlInjector(await fake('empty', `writeFileSync(flags.output, '')`), TARGET);
    await assert.rejects(
      short.inject([deployment()], INPUT),
      /gave back something else than Deployment\.apps\/shop\/cart/,
    );
    const code = `writeFileSync(flags.output, text('filename').replace('"kind":"Deployment"', '"kind":"Job"'))`;
    const other = await istioctlInjector(await fake('other', code), TARGET);
    await assert.rejects(other.inject([deployment()], INPUT), /gave back something else/);
    const none = await istioctlInjector(await fake('none', ''), TARGET);
    await assert.rejects(none.inject([deployment()], INPUT), /wrote no answer/);
  });
});

test('the version is read from every form in which istioctl prints it', () => {
  const outputs = [
    VERSION,
    `2019-06-01T00:00:00Z\twarn\tnoise\n${VERSION}`,
    '1.2.10\n',
    'client version: 1.2.10\ncontrol plane version: 1.1.17\n',
    'version.BuildInfo{Version:"1.2.10", GitRevision:"a", GitTag:"1.2.9"}\n',
    'client version: version.BuildInfo{Version:"1.2.10"}\npilot version: version.BuildInfo{Version:"1.1.17"}',
  ];
  for (const output of outputs) assert.deepEqual(parseIstioctlVersion(output), parseVersion('1.2.10'), output);
  for (const output of ['', 'unknown', '{"clientVersion":{"version":"3e63a86d-dirty"}}', 'usage: istioctl'])
    assert.equal(parseIstioctlVersion(output), undefined, output);
});

test('the istioctl of the release goes before that in PATH', async () => {
  const [release, elsewhere] = [join(directory, 'release'), join(directory, 'elsewhere')];
  const places = { release: [directory, release], path: [join(directory, 'none'), '', elsewhere].join(delimiter) };
  for (const folder of [join(release, 'bin'), elsewhere]) await mkdir(folder, { recursive: true });
  assert.equal(await findIstioctl(places), undefined);
  await writeFile(join(elsewhere, 'istioctl'), '', { mode: 0o755 });
  assert.equal(await findIstioctl(places), join(elsewhere, 'istioctl'));
  assert.equal(await findIstioctl({ release: [], path: undefined }), undefined);
  await writeFile(join(release, 'bin/istioctl'), '');
  assert.equal(await findIstioctl(places), join(elsewhere, 'istioctl'), 'a file that cannot be run is none');
  await chmod(join(release, 'bin/istioctl'), 0o755);
  assert.equal(await findIstioctl(places), join(release, 'bin/istioctl'));
});
