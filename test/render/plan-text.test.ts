import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Change } from '../../src/core/change.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { refOf } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { pathCount } from '../../src/render/count-fields.ts';
import { planJson, planNames, planYaml } from '../../src/render/plan-data.ts';
import { planText, problemText } from '../../src/render/plan-text.ts';
import { COLOURED, PLAIN } from '../../src/render/style.ts';
import { change, deployment, object, planOf } from '../objects.ts';

const PATH = 'istio-system/istio-pilot';
const OLD = deployment(PATH, { image: 'docker.io/istio/pilot:1.1.17' });
const NEW = deployment(PATH, { image: 'docker.io/istio/pilot:1.2.10' });
const text = (plan: Plan, more: JsonObject = {}) => planText(plan, { style: PLAIN, ...more });
const ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

test('blockers come before warnings, and those before notes, whatever the order they were found in', () => {
  const problems = [
    { id: 'n', severity: 'note', message: 'a note' },
    { id: 'w', severity: 'warning', message: 'a warning', hint: 'look there' },
    { id: 'b', severity: 'blocker', message: 'a blocker' },
  ] as const;
  const shown = text(planOf([change(OLD, NEW)], { problems }));
  assert.match(
    shown,
    /\nblocker: a blocker \[b\]\nwarning: a warning \[w\]\n {2}hint: look there\nnote: a note \[n\]\n/,
  );
  assert.match(shown, /; 1 blocking\n$/);
});

test('a problem is coloured by how bad it is', () => {
  const coloured = (severity: 'blocker' | 'warning') =>
    problemText({ id: 'x', severity, message: 'm' }, COLOURED).slice(0, 5);
  assert.equal(coloured('blocker'), '\u001b[31m');
  assert.equal(coloured('warning'), '\u001b[33m');
});

test('conflicts are counted in the table, and told with what becomes of them', () => {
  const conflicts = [
    { owner: 'platform-team', path: 'spec.strategy', taken: false },
    { owner: 'keel', path: 'spec.replicas', taken: true },
  ];
  const shown = text(planOf([change(OLD, NEW, { conflicts })]));
  assert.match(shown, /Deployment\.apps\/istio-system\/istio-pilot +1 +1 +1 conflict$/m);
  assert.match(shown, /^ {2}leaves spec\.strategy to its owner "platform-team"$/m);
  assert.match(shown, /^ {2}takes spec\.replicas from its owner "keel"$/m);
});

test('a prediction without the server and a late write are marked', () => {
  const shown = text(planOf([change(OLD, NEW, { prediction: 'memory', stage: 'after-rollout' })]));
  assert.match(shown, /istio-pilot +1 +1 +predicted in memory, after the rollout$/m);
  const settled = text(planOf([change(OLD, NEW, { stage: 'settled' })]));
  assert.match(settled, /istio-pilot +1 +1 +once the rest is in force$/m);
  const steps = [
    { do: 'prepare', body: NEW, after: NEW },
    { do: 'apply', body: NEW },
  ] as const;
  assert.match(text(planOf([change(OLD, NEW, { stage: 'settled', steps })])), /istio-pilot +1 +1 +in two stages$/m);
});

test('the steps of a change are told in words', () => {
  const steps: Change['steps'] = [
    { do: 'hand-over', from: ['kubectl-client-side-apply', 'helm'], fields: { 'f:spec': { 'f:a': {}, 'f:b': {} } } },
    { do: 'hand-over', from: [], fields: { 'f:data': {} } },
    { do: 'apply', body: NEW },
  ];
  assert.match(
    text(planOf([change(OLD, NEW, { steps })])),
    /steps: take over 2 fields from kubectl-client-side-apply, helm, then take over 1 field from whoever wrote them before the server kept a record, then apply\n/,
  );
  const replacement: Change = {
    ...change(OLD, NEW, { steps: [{ do: 'orphan' }, { do: 'create', body: NEW }] }),
    op: 'replace',
    immutable: ['spec.selector'],
  };
  assert.match(
    text(planOf([replacement])),
    /± replace Deployment[^\n]*\n {2}steps: delete and leave its ReplicaSets running, then create\n/,
  );
});

test('a change of nothing but owners says so instead of showing an empty difference', () => {
  assert.match(text(planOf([change(OLD, OLD)])), /\n {2}only ownership and the record of what was applied change\n/);
});

test('quiet leaves the differences out and keeps the table, the problems and the summary', () => {
  const problems = [{ id: 'w', severity: 'warning', message: 'a warning' }] as const;
  const shown = text(planOf([change(OLD, NEW)], { problems }), { quiet: true });
  assert.doesNotMatch(shown, /^[+-] /m);
  assert.match(shown, /update +Deployment[\s\S]*a warning[\s\S]*1 to update/);
});

test('nothing to do is said with what was looked at', () => {
  assert.match(
    text(planOf([], { unchanged: [refOf(OLD)], from: '1.2.10' })),
    /^Istio 1\.2\.10 {2}control plane[\s\S]*\nnothing to do: 1 object is as it should be \(phases crds, config, control-plane\)\n$/,
  );
});

test('objects that stay and objects that are left out are listed with the reason', () => {
  const shown = text(
    planOf([], {
      skipped: [{ ref: refOf(OLD), why: 'a hook' }],
      leftovers: [{ ref: refOf(NEW), why: 'not any more' }],
    }),
  );
  assert.match(shown, /^Not applied:\n {2}Deployment\.apps\/istio-system\/istio-pilot {2}a hook$/m);
  assert.match(
    shown,
    /^Left behind [^\n]*--prune[^\n]*:\n {2}Deployment\.apps\/istio-system\/istio-pilot {2}not any more$/m,
  );
});

const EVIL = 'x\u001b]0;owned\u0007\u009b2J';
const REVERSED = 'line\n\u009b2J\u202egpj.exe';

test('escape sequences in what the cluster and the manifests say are shown and not sent', () => {
  const evil = object('v1', 'ConfigMap', `istio-system/${EVIL}`, { data: { [EVIL]: EVIL } });
  const ref = refOf(evil);
  const plan = planOf(
    [
      change(object('v1', 'ConfigMap', `istio-system/${EVIL}`), evil, {
        notes: [EVIL, REVERSED],
        conflicts: [{ owner: EVIL, path: EVIL, taken: false }],
        because: [{ rule: 'r', why: EVIL, docs: 'https://example.org' }],
        steps: [{ do: 'hand-over', from: [EVIL], fields: { 'f:data': {} } }],
      }),
    ],
    {
      problems: [{ id: 'p', severity: 'warning', message: EVIL, hint: EVIL, ref }],
      skipped: [{ ref, why: EVIL }],
      leftovers: [{ ref, why: EVIL }],
      cluster: { address: EVIL, version: EVIL },
      istioNamespace: EVIL,
      to: EVIL,
    },
  );
  const shown = text(plan);
  assert.match(shown, /\\u001b\]0;owned\\u0007/);
  assert.doesNotMatch(shown, ESCAPES);
  for (const data of [planJson(plan), planYaml(plan), planNames(plan)]) assert.doesNotMatch(data, ESCAPES);
  assert.deepEqual(
    JSON.parse(planJson(plan)).changes[0].notes,
    [EVIL, REVERSED],
    'to a program they are what they were',
  );
  assert.deepEqual(parse(planYaml(plan)).changes[0].notes, [EVIL, REVERSED]);
});

test('values of Secrets are hidden in every output, the copy in the annotation included', () => {
  const secret = (password: string) =>
    object('v1', 'Secret', 'istio-system/kiali', {
      data: { passphrase: password },
      stringData: { plain: password },
      metadata: { annotations: { [LAST_APPLIED]: `{"data":{"passphrase":"${password}"}}` } },
    });
  const plan = planOf([change(secret('b2xk'), secret('bmV3'), { steps: [{ do: 'apply', body: secret('bmV3') }] })]);
  for (const shown of [text(plan), text(plan, { showManagedFields: true }), planJson(plan), planYaml(plan)]) {
    assert.doesNotMatch(shown, /b2xk|bmV3/);
    assert.match(shown, /\*\*\* \(before\)[\s\S]*\*\*\* \(after\)/);
  }
});

test('JSON and YAML say the same, without what only the server knows', () => {
  const noisy = { ...NEW, status: { replicas: 1 }, metadata: { ...NEW.metadata, uid: 'u', resourceVersion: '7' } };
  const plan = planOf([change(OLD, noisy)]);
  const data = JSON.parse(planJson(plan));
  assert.deepEqual(parse(planYaml(plan)), data);
  assert.equal(data.schema, 'istio-upgrade/plan/v1');
  assert.deepEqual(data.changes[0].after, NEW);
  assert.deepEqual(data.changes[0].steps, ['apply']);
});

test('a number of fields is the number of members, parents included where they are members themselves', () => {
  assert.equal(pathCount({}), 0);
  assert.equal(pathCount({ 'f:spec': { 'f:a': {}, 'f:b': { '.': {}, 'f:c': {} } } }), 3);
});

test('runs of Helm are told with the revision that they start from, and what they make is marked', () => {
  const made = change(OLD, NEW, { steps: [{ do: 'helm', release: 'istio' }] });
  const operation = {
    phase: 'control-plane',
    release: 'istio',
    namespace: 'istio-system',
    chart: 'istio-1.2.10',
    revision: 3,
    values: { password: 'secret' },
    description: 'kubectl istio-upgrade to istio-1.2.10',
  } as const;
  const upgrade = planOf([made], { helm: [{ ...operation, does: { run: 'upgrade' } }] });
  assert.match(text(upgrade), /Deployment\.apps\/istio-system\/istio-pilot +1 +1 +by Helm\n/);
  assert.match(
    text(upgrade),
    /\n {2}helm upgrade istio {2}from revision 3 to chart istio-1\.2\.10 {2}control-plane, namespace istio-system, without hooks\n/,
  );
  assert.match(text(upgrade), /, helm upgrade istio\n$/);
  const rollback = planOf([], { helm: [{ ...operation, does: { run: 'rollback', to: 2 } }] });
  assert.match(text(rollback), /helm rollback istio {2}from revision 3 back to 2, chart istio-1\.2\.10/);
  assert.doesNotMatch(text(rollback), /nothing to do/);
  for (const shown of [text(upgrade), planJson(upgrade)]) assert.doesNotMatch(shown, /secret/);
  assert.deepEqual(JSON.parse(planJson(rollback)).helm, [
    {
      phase: 'control-plane',
      release: 'istio',
      namespace: 'istio-system',
      chart: 'istio-1.2.10',
      revision: 3,
      run: 'rollback',
      to: 2,
    },
  ]);
});
