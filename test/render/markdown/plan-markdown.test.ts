import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../../src/core/change.ts';
import { type K8sObject, refOf } from '../../../src/core/object.ts';
import type { HelmOperation, MtlsEffect, MtlsState, Plan, Restart } from '../../../src/core/plan.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { GITHUB_LIMIT, sizeOf } from '../../../src/render/markdown/limit.ts';
import { type PlanMarkdownOptions, planMarkdown } from '../../../src/render/markdown/plan-markdown.ts';
import { change, deployment, object, planOf, resourceOf } from '../../objects.ts';
import { outlineOf } from './outline.ts';

const PATH = 'istio-system/istio-pilot';
const OLD = deployment(PATH, { image: 'docker.io/istio/pilot:1.1.17' });
const NEW = deployment(PATH, { image: 'docker.io/istio/pilot:1.2.10' });
const COMMANDS = { plan: ['plan', '-f', 'a b'], apply: ['apply', '-f', 'a b'], back: ['rollback'] } as const;

function markdown(plan: Plan, options: Partial<PlanMarkdownOptions> = {}): string {
  return planMarkdown(plan, { commands: COMMANDS, docsOf: (id) => `https://example.org/${id}`, ...options });
}

const headings = (plan: Plan) => outlineOf(markdown(plan)).headings;
const problem = (severity: Problem['severity'], id: string, more: Partial<Problem> = {}): Problem => ({
  id,
  severity,
  message: `what ${id} is`,
  ...more,
});

function configMap(name: string, lines: number): Change {
  const with_ = (word: string): K8sObject =>
    object('v1', 'ConfigMap', `shop/${name}`, {
      data: { text: Array.from({ length: lines }, (_, index) => `${word} ${index}\n`).join('') },
    });
  return change(with_('old'), with_('new'));
}

function effect(parts: Partial<MtlsEffect>): MtlsEffect {
  const fits: MtlsState = { server: 'STRICT', client: 'ISTIO_MUTUAL', isConflict: false, because: [] };
  const service = { group: '', kind: 'Service', namespace: 'shop', name: 'cart' };
  const shared = { service, port: 80, subset: '', clients: ['bank'], before: fits, after: fits } as const;
  return { ...shared, verdict: 'same', alsoChanged: [], ...parts };
}

test('a plan without anything to do is a head and the command that says so', () => {
  const shown = markdown(planOf([]));
  assert.deepEqual(outlineOf(shown).headings, ['## Istio 1.1.17 → 1.2.10', '### Commands']);
  assert.match(shown, /^- \*\*Plan:\*\* nothing to do: 0 objects are as they should be/m);
  assert.match(
    shown,
    /^- \*\*Control plane:\*\* `istio-system` on `https:\/\/127\.0\.0\.1:6443` \(Kubernetes v1\.20\.2\)$/m,
  );
  assert.doesNotMatch(shown, /apply/);
});

test('blockers come first and are said on top, notes open on a click; each has its object, hint and documentation', () => {
  const problems = [
    problem('note', 'a-note'),
    problem('warning', 'a-warning', { hint: 'look there' }),
    problem('blocker', 'a-blocker', { ref: refOf(NEW) }),
    problem('blocker', 'b-blocker', { ref: refOf(NEW), message: 'Deployment.apps/istio-system/istio-pilot: no' }),
  ];
  const shown = markdown(planOf([change(OLD, NEW)], { problems }));
  const { headings: found, read, summaries } = outlineOf(shown);
  assert.deepEqual(found.slice(1, 4), ['### Findings', '#### Blockers', '#### Warnings']);
  assert.equal(summaries[0], '1 note');
  assert.deepEqual(
    read.filter((line) => /^(\*\*Blocked| {0,2}- .*(blocker|object|warning`|hint))/.test(line)),
    [
      '**Blocked by 2 findings: nothing is applied before that is mended.**',
      '- `a-blocker`: what a-blocker is ([docs](<https://example.org/a-blocker>))',
      '  - object: `Deployment.apps/istio-system/istio-pilot`',
      '- `b-blocker`: `Deployment.apps/istio-system/istio-pilot`: no ([docs](<https://example.org/b-blocker>))',
      '- `a-warning`: what a-warning is ([docs](<https://example.org/a-warning>))',
      '  - hint: look there',
    ],
  );
});

test('every change is a row with its marks, and opens to why, how and the diff', () => {
  const conflicts = [{ owner: 'platform-team', path: 'spec.strategy', taken: false }];
  const shown = markdown(planOf([change(OLD, NEW, { conflicts, notes: ['keeps its scale'] })]));
  assert.match(
    shown,
    /^\| control-plane \| update \| `Deployment\.apps\/istio-system\/istio-pilot` \| 1 \| 1 \| 1 conflict \|$/m,
  );
  const [, opened = ''] = /<summary>(update .*?)\n<\/details>/s.exec(shown) ?? [];
  assert.equal(
    opened,
    `update <code>Deployment.apps/istio-system/istio-pilot</code> (+1 −1)</summary>

- control-plane: a rule wants it ([docs](<https://example.org/a-rule>))
- keeps its scale
- leaves \`spec.strategy\` to its owner "platform-team"
- steps: apply

\`\`\`diff
@@ -13,5 +13,5 @@
         app: x
     spec:
       containers:
-      - image: docker.io/istio/pilot:1.1.17
+      - image: docker.io/istio/pilot:1.2.10
         name: discovery
\`\`\`
`,
  );
});

test('a change of ownership alone says so, and --quiet leaves out what opens', () => {
  assert.match(markdown(planOf([change(NEW, NEW)])), /^Only ownership and the record of what was applied change\.$/m);
  assert.doesNotMatch(markdown(planOf([change(OLD, NEW)]), { quiet: true }), /Differences|<details>|```diff/);
});

test('values of Secrets are masked', () => {
  const secret = (value: string) => object('v1', 'Secret', 'shop/key', { data: { key: value } });
  const shown = markdown(planOf([change(secret('b2xk'), secret('bmV3'))]));
  assert.match(shown, /^\+ {2}key: "\*\*\* \(after\)"$/m);
  assert.doesNotMatch(shown, /b2xk|bmV3/);
});

test('connections that change come first and in bold, with both sides; what does not fit is told below', () => {
  const plain: MtlsState = { server: 'DISABLE', client: 'PLAINTEXT', isConflict: false, because: [] };
  const unfit: MtlsState = { ...plain, server: 'STRICT', isConflict: true, because: [refOf(OLD)] };
  const plan = planOf([], {
    mtls: [
      effect({ port: 81 }),
      effect({ after: plain, verdict: 'weaker', alsoChanged: ['loadBalancer'] }),
      effect({ port: 82, subset: 'v2', before: unfit, verdict: 'stricter' }),
      effect({ port: 83, after: unfit, verdict: 'changed' }),
    ],
  });
  const shown = markdown(plan);
  assert.match(shown, /^- \*\*Mutual TLS:\*\* 3 connections change \(1 weaker, 1 stricter, 1 changed\)$/m);
  assert.deepEqual(
    outlineOf(shown).read.filter((line) => /cart/.test(line)),
    [
      '| `shop/cart` | 80 | | bank | STRICT → DISABLE | `ISTIO_MUTUAL` → plaintext | **weaker, loadBalancer** |',
      '| `shop/cart` | 82 | `v2` | bank | STRICT | plaintext → `ISTIO_MUTUAL` | **stricter** |',
      '| `shop/cart` | 83 | | bank | STRICT | `ISTIO_MUTUAL` → plaintext | **changed** |',
      '| `shop/cart` | 81 | | bank | STRICT | `ISTIO_MUTUAL` | same |',
      '- `shop/cart:83` from bank: **after**: server STRICT, clients plaintext (`Deployment.apps/istio-system/istio-pilot`)',
      '- `shop/cart:82`, subset v2 from bank: today only: server STRICT, clients plaintext (`Deployment.apps/istio-system/istio-pilot`)',
    ],
  );
});

test('what Helm does, what is begun, left alone, not applied and left behind has a section each', () => {
  const [ref, resource] = [refOf(NEW), resourceOf(NEW)];
  const helm: readonly HelmOperation[] = [
    {
      phase: 'control-plane',
      release: 'istio',
      namespace: 'istio-system',
      chart: 'istio-1.2.10',
      revision: 3,
      values: { key: 'secret' },
      description: 'd',
      does: { run: 'upgrade' },
    },
  ];
  const restarts: readonly Restart[] = [{ ref, resource, way: 'roll', isBegun: true }];
  const mention = [{ ref, why: 'because' }];
  const dataPlane = { restarts, leftAlone: mention };
  const plan = planOf([], { helm, dataPlane, skipped: mention, leftovers: mention, ignored: ['a-finding'] });
  assert.deepEqual(headings(plan).slice(1, -1), [
    '### Runs of Helm',
    '### Restarted already, by an earlier run',
    '### Left with their sidecar',
    '### Not applied',
    '### Left behind by the installed release, deleted only with `--prune`',
  ]);
  const shown = markdown(plan);
  assert.match(
    shown,
    /^- `helm upgrade istio`: from revision 3 to chart `istio-1\.2\.10` \(control-plane, namespace istio-system, without hooks\)$/m,
  );
  assert.match(shown, /^- `Deployment\.apps\/istio-system\/istio-pilot`: because$/m);
  assert.match(shown, /^- \*\*Ignored:\*\* `a-finding`$/m);
  assert.doesNotMatch(shown, /secret/);
});

test('the commands can be copied, and say what else they want', () => {
  const commands = (parts: Partial<Plan>, back: readonly string[] | undefined = ['rollback']) =>
    outlineOf(markdown(planOf([change(OLD, NEW)], parts), { quiet: true, commands: { ...COMMANDS, back } })).fenced;
  assert.deepEqual(commands({}), [
    '# shows this plan',
    "kubectl istio-upgrade plan -f 'a b'",
    '# shows it again, asks, and applies it',
    "kubectl istio-upgrade apply -f 'a b'",
    '# takes back what was applied',
    'kubectl istio-upgrade rollback',
  ]);
  assert.equal(
    commands({ problems: [problem('blocker', 'b')] })[2],
    '# shows it again, asks, and applies it, once nothing blocks any more',
  );
  assert.match(commands({ mtls: [effect({ verdict: 'weaker' })] })[2] ?? '', /--allow-mtls-change$/);
});

test('where not all diffs fit the largest are named instead, and the rest stays in its order', () => {
  const changes = [configMap('large', 3000), configMap('middle', 800), configMap('small', 3)];
  const shown = markdown(planOf(changes));
  assert.deepEqual(outlineOf(shown).summaries, [
    'update <code>ConfigMap/shop/middle</code> (+800 −800)',
    'update <code>ConfigMap/shop/small</code> (+3 −3)',
  ]);
  assert.match(
    shown,
    /^Left out here, since GitHub takes no more than 65536 characters; `kubectl istio-upgrade plan` with the flags above shows everything:\n\n- update `ConfigMap\/shop\/large` \(\+3000 −3000\), \d{5} characters\n\n<details>/m,
  );
  assert.ok(sizeOf(shown) <= GITHUB_LIMIT);
});

test('a workload has the room before any other update, that before what is created, a definition of the release comes last', () => {
  const words = (count: number) => Array.from({ length: count }, (_, index) => `word-${index}`);
  const created = (apiVersion: string, kind: string, name: string): Change => {
    const after = object(apiVersion, kind, name, { spec: { names: words(900) } });
    return { ...change(after, after, { phase: 'crds' }), op: 'create' };
  };
  const crd = created('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'rules.config.istio.io');
  const role = { ...created('v1', 'Service', 'shop/new'), phase: 'control-plane' } as const;
  const pods = object('apps/v1', 'DaemonSet', 'shop/web', { spec: { args: words(3700) } });
  const workload = change(object('apps/v1', 'DaemonSet', 'shop/web'), pods);
  const shown = (...changes: readonly Change[]) =>
    outlineOf(markdown(planOf(changes))).summaries.map((summary) => /<code>(.*)<\/code>/.exec(summary)?.[1]);
  assert.deepEqual(shown(configMap('map', 700), workload), ['DaemonSet.apps/shop/web']);
  assert.deepEqual(shown(role, configMap('large', 1900)), ['ConfigMap/shop/large']);
  assert.deepEqual(shown(crd, role, configMap('map', 1500)), ['Service/shop/new', 'ConfigMap/shop/map']);
});

test('where not even a row an object fits, there is a row a kind, and the diffs are left out in all', () => {
  const changes = Array.from({ length: 1200 }, (_, index) => configMap(`map-${index}`, 1));
  const shown = markdown(planOf(changes));
  assert.match(shown, /^\| control-plane \| update \| `ConfigMap` \| 1200 \|$/m);
  assert.match(shown, /1200 to create|1200 to update/);
  assert.ok(sizeOf(shown) <= GITHUB_LIMIT);
});

test('of too many findings blockers stay longest, and the others are counted by kind', () => {
  const long = 'w'.repeat(180);
  const problems = Array.from({ length: 400 }, (_, index) =>
    problem(index < 150 ? 'blocker' : 'note', index < 150 ? `b-${index}` : 'n', { message: long }),
  );
  const shown = markdown(planOf([change(OLD, NEW)], { problems }));
  for (let index = 0; index < 150; index += 1) assert.ok(shown.includes(`- \`b-${index}\`: `), `b-${index}`);
  assert.match(shown, /^- and \d+ more: \d+ × `n`$/m);
});
