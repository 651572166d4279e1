import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run } from '../../cli/run.ts';
import { pluginTests } from './plugin.ts';

const MESH = join(ROOT, 'test/demo/mesh-1.1.yaml');
const TARGET = join(ROOT, 'test/demo/istio-1.2');
const COMMANDS = ['plan', 'apply', 'rollback', 'history', 'check', 'status', 'version'];

/** What is mistyped, and what the answer says of it. */
const MISTYPED: readonly (readonly [string, RegExp])[] = [
  ['aply', /Did you mean apply\?/],
  ['plan --filname x', /filname\nhint: {2}did you mean --filename\?/],
  ['plan --kubeconfg x', /did you mean --kubeconfig\?/],
  ['status -q', /Unknown argument: q\nhint: {2}see: kubectl istio-upgrade --help/],
  ['status --output table', /text.*wide.*json.*yaml.*name/s],
  ['plan --request-timeout soon', /--request-timeout: "soon" is no duration/],
  ['', /name a command\nhint: {2}see: kubectl istio-upgrade --help/],
];

pluginTests('kubectl runs the plugin', (kubectls) => {
  for (const kubectl of kubectls) {
    test(`${kubectl.name}: help reads kubectl istio-upgrade, whatever the command`, async () => {
      const all = await kubectl.run(['istio-upgrade', '--help']);
      assert.deepEqual(all, { code: 0, out: (await run(['--help'])).out, err: '' });
      for (const command of COMMANDS) {
        const { code, out } = await kubectl.run(['istio-upgrade', command, '-h']);
        assert.equal(code, 0);
        assert.match(out, new RegExp(`^kubectl istio-upgrade ${command}`));
        assert.equal(out.replaceAll('kubectl istio-upgrade', '').match(/kubectl[- ]istio|istio_upgrade/), null);
      }
    });

    test(`${kubectl.name}: the plugin is listed, without a warning`, async () => {
      const { code, out, err } = await kubectl.run(['plugin', 'list'], { env: { PATH: kubectl.directory } });
      assert.equal(code, 0, err);
      assert.match(out, /\/kubectl-istio_upgrade$/m);
      assert.equal(err, '');
    });

    test(`${kubectl.name}: flags before the plugin's name are refused by kubectl, as README says`, async () => {
      const { code, out, err } = await kubectl.run(['--context=prod', 'istio-upgrade', 'version']);
      assert.equal(code, 1);
      assert.match(err, /flags cannot be placed before plugin name: --context=prod/);
      assert.equal(out, '');
      const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
      assert.match(readme, /no flags before a plugin's name/);
    });

    test(`${kubectl.name}: words arrive as they are, and results go to stdout alone`, async () => {
      const file = join(kubectl.directory, 'two words; $HOME.yaml');
      writeFileSync(file, readFileSync(MESH));
      const flags = ['--snapshot', file, '-o', 'name'];
      const { code, out, err } = await kubectl.run(['istio-upgrade', 'plan', '-f', TARGET, ...flags]);
      assert.equal(code, 0, err);
      assert.match(out, /^Deployment\.apps\/istio-system\/istio-pilot$/m);
      assert.equal(err, '');
    });

    test(`${kubectl.name}: manifests come in by -f -`, async () => {
      const manifests = ['crds.yaml', 'control-plane.yaml'].map((name) => readFileSync(join(TARGET, name), 'utf8'));
      const words = ['istio-upgrade', 'plan', '--snapshot', MESH, '-o', 'name'];
      const piped = await kubectl.run([...words, '-f', '-'], { stdin: manifests.join('\n---\n') });
      assert.equal(piped.code, 0, piped.err);
      assert.equal(piped.out, (await run(['plan', '--snapshot', MESH, '-o', 'name', '-f', TARGET])).out);
    });

    for (const [words, said] of MISTYPED) {
      test(`${kubectl.name}: istio-upgrade ${words} is an error of usage that says what was meant`, async () => {
        const { code, out, err } = await kubectl.run(['istio-upgrade', ...words.split(' ').filter(Boolean)]);
        assert.equal(code, 2);
        assert.match(err, said);
        assert.equal(out, '');
      });
    }

    test(`${kubectl.name}: of a flag that is repeated the last one counts, lists grow`, async () => {
      const [crds, rest] = ['crds.yaml', 'control-plane.yaml'].map((name) => ['-f', join(TARGET, name)]);
      const words = ['plan', ...(crds ?? []), ...(rest ?? []), '--snapshot', 'absent', '--snapshot', MESH];
      const outputs = ['-o', 'json', '--output=yaml', '-o', 'name'];
      const { code, out, err } = await kubectl.run(['istio-upgrade', ...words, ...outputs]);
      assert.equal(code, 0, err);
      assert.equal(out, (await run(['plan', '--snapshot', MESH, '-o', 'name', '-f', TARGET])).out);
    });
  }
});
