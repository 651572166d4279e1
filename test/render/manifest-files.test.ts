import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubectlSteps } from '../../src/app/kubectl-steps.ts';
import type { Change } from '../../src/core/change.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { manifestFiles } from '../../src/render/manifest-files.ts';
import { assertGolden } from '../cli/golden.ts';
import { change, deployment, object, planOf, reason, resourceOf } from '../objects.ts';

const CRD = object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'rules.config.istio.io');
const POLICY = object('authentication.istio.io/v1alpha1', 'Policy', 'shop/cart', { spec: { peers: [{ mtls: {} }] } });
const OLD_CONFIG = object('rbac.istio.io/v1alpha1', 'RbacConfig', 'istio-system/default', { spec: { mode: 'ON' } });
const NEW_CONFIG = object('rbac.istio.io/v1alpha1', 'ClusterRbacConfig', 'default', { spec: { mode: 'ON' } });
const PILOT = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' });
const SECRET = object('v1', 'Secret', 'istio-system/cacerts', { data: { 'ca-key.pem': 'c2VjcmV0' } });
const ROLE = object('rbac.authorization.k8s.io/v1', 'ClusterRole', "istio's $(reboot)", { rules: [] });
const AGENT = object('apps/v1', 'DaemonSet', 'shop/agent', { spec: { updateStrategy: { type: 'OnDelete' } } });
const CART = deployment('shop/cart');

function of(target: K8sObject, parts: Partial<Change> & Pick<Change, 'op' | 'phase'>): Change {
  const { op: _op, before: _before, after: _after, steps: _steps, ...shared } = change(target, target);
  const own = { before: target, after: target, immutable: [], steps: [{ do: 'create', body: target }] } as const;
  return { ...shared, ref: refOf(target), resource: resourceOf(target), because: [reason()], ...own, ...parts };
}

const strict = { ...POLICY, spec: { peers: [{ mtls: { mode: 'STRICT' } }] } };
const PLAN: Plan = planOf(
  [
    of(CRD, { op: 'create', phase: 'crds' }),
    of(POLICY, {
      op: 'create',
      phase: 'config',
      after: strict,
      steps: [
        { do: 'prepare', body: POLICY, after: POLICY },
        { do: 'apply', body: strict },
      ],
    }),
    of(NEW_CONFIG, { op: 'create', phase: 'config' }),
    of(OLD_CONFIG, {
      op: 'delete',
      phase: 'config',
      stage: 'settled',
      requires: [{ object: NEW_CONFIG, resource: resourceOf(NEW_CONFIG) }],
    }),
    of(SECRET, { op: 'update', phase: 'control-plane' }),
    of(PILOT, { op: 'replace', phase: 'control-plane' }),
    of(ROLE, { op: 'delete', phase: 'control-plane', stage: 'clean-up' }),
    of(AGENT, { op: 'update', phase: 'data-plane' }),
    of(CART, { op: 'update', phase: 'data-plane' }),
  ],
  {
    phases: ['crds', 'config', 'control-plane', 'data-plane'],
    problems: [
      { id: 'b', severity: 'blocker', message: 'something blocks', hint: 'mend it' },
      { id: 'n', severity: 'note', message: 'worth knowing' },
    ],
    leftovers: [{ ref: refOf(OLD_CONFIG), why: 'the new release no longer has it' }],
    awaited: {
      crds: [{ ref: refOf(CRD), resource: resourceOf(CRD) }],
      config: [],
      'control-plane': [{ ref: refOf(PILOT), resource: resourceOf(PILOT) }],
      'data-plane': [],
    },
    dataPlane: {
      restarts: [
        { ref: refOf(AGENT), resource: resourceOf(AGENT), way: 'evict', isBegun: false },
        { ref: refOf(CART), resource: resourceOf(CART), way: 'roll', isBegun: false },
      ],
      leftAlone: [],
    },
  },
);
const written = (plan: Plan) => manifestFiles(plan, (phase) => kubectlSteps(plan, phase));

test('the README has every command, in order, with the waits between', () => {
  const [readme] = written(PLAN);
  assert.equal(readme?.path, 'README.md');
  assertGolden('manifests-readme', readme?.text ?? '');
});

test('files sort in the order in which they are applied, and one is there for every command that names it', () => {
  const [readme, ...files] = written(PLAN);
  const paths = files.map(({ path }) => path);
  assert.deepEqual([...paths].sort(), paths);
  const named = [...(readme?.text ?? '').matchAll(/ -f (\S+)$/gm)].map(([, path]) => path);
  assert.deepEqual(named, paths);
  assert.ok(paths.includes('2-config/002-policy-shop-cart.yaml'), paths.join());
});

test('no value of a Secret is in any file', () => {
  assert.ok(written(PLAN).every(({ text }) => !text.includes('c2VjcmV0')));
});

test('a name that a file or a shell would read otherwise does no harm', () => {
  const evil = object('rbac.authorization.k8s.io/v1', 'ClusterRole', '../$(reboot) x', { rules: [] });
  const files = written(planOf([of(evil, { op: 'create', phase: 'control-plane' })]));
  assert.deepEqual(
    files.map(({ path }) => path),
    ['README.md', '3-control-plane/001-clusterrole-..---reboot--x.yaml'],
  );
});

test('a plan without changes is a README that says so', () => {
  const files = written(planOf([]));
  assert.equal(files.length, 1);
  assert.match(files[0]?.text ?? '', /there is nothing to do\.\n$/);
});
