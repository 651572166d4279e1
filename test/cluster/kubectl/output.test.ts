import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { object } from '../../objects.ts';
import { admissionServer } from '../harness/admission-server.ts';
import type { TestCluster } from '../harness/cluster.ts';
import { startControlPlane } from '../harness/control-plane.ts';
import { type Kubectl, pluginTests, writeProgram } from './plugin.ts';
import { seedSmallMesh, smallTarget } from './small-mesh.ts';

// What clears a screen, and an 8-bit control that colours it.
const HOSTILE = 'a\u001b[2Jb\u009b31mc\r';
const SHOWN = /a\\(?:u001b|x1b|e)\[2Jb\\(?:u009b|x9b)31mc\\(?:u000d|r)/;
const RAW = /[\u001b\u009b]|\r(?!\n)/;
const COLOURS = /\u001b\[1m/;

/** Whether `status` is coloured: on a terminal, or in a pipe. */
const COLOUR_RULES: readonly {
  readonly where: 'terminal' | 'pipe';
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly isColoured: boolean;
}[] = [
  { where: 'terminal', isColoured: true },
  { where: 'terminal', env: { NO_COLOR: '1' }, isColoured: false },
  { where: 'terminal', env: { TERM: 'dumb' }, isColoured: false },
  { where: 'terminal', env: { FORCE_COLOR: '0' }, isColoured: false },
  { where: 'terminal', flags: ['--color=never'], isColoured: false },
  { where: 'pipe', isColoured: false },
  { where: 'pipe', env: { FORCE_COLOR: '1' }, isColoured: true },
  { where: 'pipe', env: { NO_COLOR: '1', TERM: 'dumb' }, flags: ['--color', 'always'], isColoured: true },
];

/** A definition in the version that 1.20 warns of. */
const oldDefinition = (kind: string, plural: string) =>
  object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${plural}.old.example`, {
    spec: { group: 'old.example', version: 'v1', scope: 'Namespaced', names: { kind, plural } },
  });

pluginTests('what the plugin prints', (kubectls) => {
  let cluster: TestCluster;
  let env: Readonly<Record<string, string>> = {};
  before(async () => {
    cluster = await startControlPlane();
    await seedSmallMesh(cluster);
    env = { KUBECONFIG: cluster.kubeconfig('admin') };
  });
  after(() => cluster?.stop());

  const status = async (kubectl: Kubectl, where: 'terminal' | 'pipe', more = {}, flags: readonly string[] = []) => {
    const words = ['istio-upgrade', 'status', ...flags];
    if (where === 'terminal') return (await kubectl.onTerminal(words, { env: { ...env, ...more } })).screen;
    return (await kubectl.run(words, { env: { ...env, ...more } })).out;
  };

  for (const [index, kubectl] of kubectls.entries()) {
    // The rules are the plugin's own; that either kubectl hands the terminal on is all that differs.
    for (const rule of index === 0 ? COLOUR_RULES.filter((one) => !one.env && !one.flags) : COLOUR_RULES) {
      const { where, env: more, flags, isColoured } = rule;
      const said = [...Object.entries(more ?? {}).map((one) => one.join('=')), ...(flags ?? [])].join(' ');
      test(`${kubectl.name}: ${isColoured ? 'colour' : 'no colour'} in a ${where} ${said}`, async () => {
        const text = await status(kubectl, where, more, flags);
        assert.match(text, /Istio 1\.1\.17/);
        assert.equal(COLOURS.test(text), isColoured, text);
      });
    }

    test(`${kubectl.name}: stdout in a file is plain though stderr is a terminal`, async () => {
      const file = join(kubectl.directory, 'status.txt');
      await kubectl.onTerminal(['istio-upgrade', 'status'], { env, redirect: `> '${file}'` });
      assert.match(readFileSync(file, 'utf8'), /^Istio 1\.1\.17/);
    });

    test(`${kubectl.name}: a server's warnings are on stderr, once each, and the result alone on stdout`, async () => {
      const definitions = [oldDefinition('Thing', 'things'), oldDefinition('Other', 'others')];
      const target = smallTarget(cluster, 'warned.json', ...definitions);
      const words = ['istio-upgrade', 'plan', '-f', target, '-o', 'json'];
      const { out, err } = await kubectl.run(words, { env });
      assert.equal(JSON.parse(out).to, '1.2.10', err);
      const warnings = err.split('\n').filter((line) => line.startsWith('Warning: '));
      assert.equal(warnings.length, 1, err);
      assert.match(
        warnings[0] ?? '',
        /^Warning: apiextensions\.k8s\.io\/v1beta1 CustomResourceDefinition is deprecated/,
      );
    });

    test(`${kubectl.name}: KUBECTL_EXTERNAL_DIFF gets what kubectl diff gives it`, async () => {
      const kept = join(kubectl.directory, 'kept');
      const lines = [
        `[ -t 1 ] && echo on a terminal`,
        `{ basename "$1"; basename "$2"; shift 2; printf '%s\\n' "$@"; } > '${kept}.words'`,
      ];
      const lister = [`ls "$1" > '${kept}.live'; ls "$2" > '${kept}.merged'`, ...lines, 'exit 1'];
      writeProgram(kubectl.directory, 'lister', lister.join('\n'));
      const external = { ...env, KUBECTL_EXTERNAL_DIFF: 'lister -u --color=never a;b a_b -' };
      const target = smallTarget(cluster, 'target.json');
      const read = (name: string) => readFileSync(`${kept}.${name}`, 'utf8').trimEnd().split('\n');
      const seen = () => ({ live: read('live'), merged: read('merged'), words: read('words').slice(2) });
      const directories = () => read('words').slice(0, 2);
      const plugin = await kubectl.onTerminal(['istio-upgrade', 'plan', '-f', target], { env: external });
      assert.equal(plugin.code, 0, plugin.screen);
      assert.match(plugin.screen, /on a terminal\n/);
      const ours = seen();
      assert.match(directories().join(' '), /^LIVE-\w+ MERGED-\w+$/);
      await kubectl.run(['diff', '-f', target], { env: external });
      const kubectlsOwn = seen();
      assert.match(directories().join(' '), /^LIVE-\w+ MERGED-\w+$/);
      // 1.20 does not pass words with an equal sign on yet.
      const passedOn = ours.words.filter((word) => index > 0 || !word.includes('='));
      assert.deepEqual(passedOn, kubectlsOwn.words);
      assert.ok(ours.live.includes('apps.v1.Deployment.istio-system.istio-pilot'), ours.live.join(' '));
      for (const name of ours.live) assert.ok(kubectlsOwn.live.includes(name), name);
      assert.deepEqual(ours.live, ours.merged);
    });

    test(`${kubectl.name}: a program for differences that fails is told, with exit code 1`, async () => {
      writeProgram(kubectl.directory, 'failing', 'exit 2');
      const words = ['istio-upgrade', 'plan', '-f', smallTarget(cluster, 'target.json')];
      const { code, err } = await kubectl.run(words, { env: { ...env, KUBECTL_EXTERNAL_DIFF: 'failing' } });
      assert.equal(code, 1);
      assert.match(err, /^error: failing cannot show the differences: exit code 2$/m);
    });
  }

  test('what would command the terminal is shown, in differences, data, tables and refusals alike', async () => {
    const kubectl = kubectls.at(-1);
    const image = `docker.io/istio/proxyv2:1.1.17-${HOSTILE}x`;
    const gateway = object('apps/v1', 'Deployment', 'istio-system/istio-egressgateway', {
      metadata: { labels: { istio: 'egressgateway' } },
      spec: {
        selector: { matchLabels: { istio: 'egressgateway' } },
        template: {
          metadata: { labels: { istio: 'egressgateway' } },
          spec: { containers: [{ name: 'istio-proxy', image, args: ['proxy', 'router'] }] },
        },
      },
    });
    await cluster.create(gateway);
    await denyDenied(cluster);
    const note = object('v1', 'ConfigMap', 'istio-system/note', { data: { note: HOSTILE, lines: `${HOSTILE}\nb` } });
    const denied = object('v1', 'ConfigMap', 'istio-system/denied', { data: {} });
    const target = smallTarget(cluster, 'hostile.json', note, denied);
    const texts: string[] = [];
    for (const words of ['status -o wide', 'status -o json', `plan -f ${target}`]) {
      const command = ['istio-upgrade', ...words.split(' '), '--color=never'];
      const { screen } = (await kubectl?.onTerminal(command, { env })) ?? { screen: '' };
      assert.match(screen, SHOWN, words);
      assert.doesNotMatch(screen, RAW, words);
      texts.push(screen);
    }
    const [, json = '', plan = ''] = texts;
    assert.ok(JSON.stringify(JSON.parse(json)).includes(JSON.stringify(image).slice(1, -1)), 'data is as it was');
    assert.match(plan, /denied: .*no\\u001b\[2J/, 'the webhook says why');
  });
});

/** A webhook that denies what is called so, in words that no terminal should get. */
async function denyDenied(cluster: TestCluster): Promise<void> {
  const server = await admissionServer(cluster, 'denier', ({ object: asked }) => {
    const isDenied = JSON.stringify(asked).includes('"name":"denied"');
    return isDenied ? { allowed: false, status: { message: 'no\u001b[2J' } } : { allowed: true };
  });
  await cluster.create(
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'denier', {
      webhooks: [
        {
          name: 'denier.example.com',
          clientConfig: { url: `${server.url}/deny`, caBundle: cluster.authority.bundle },
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    }),
  );
}
