import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { HOPS } from '../../src/hops/index.ts';
import { componentsOf } from '../../src/mesh/control-plane.ts';
import { chooseHop } from '../../src/plan/choose-hop.ts';
import { deployment } from '../objects.ts';

const components = (...images: readonly string[]) =>
  componentsOf(
    snapshotOf(images.map((image, index) => deployment(`istio-system/component-${index}`, { image }))),
    'istio-system',
  );

const choose = (live: readonly string[], target: readonly string[]) =>
  chooseHop(HOPS, { live: components(...live), target: components(...target), istioNamespace: 'istio-system' });

const refused = (live: readonly string[], target: readonly string[]): UpgradeError => {
  try {
    choose(live, target);
  } catch (error) {
    assert.ok(error instanceof UpgradeError);
    assert.equal(error.exit, EXIT.blocked);
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
};

test('1.1 to 1.2 is a known hop', () => {
  const { hop, problems } = choose(['istio/pilot:1.1.17', 'istio/galley:1.1.17'], ['istio/pilot:1.2.10']);
  assert.deepEqual(hop.to, { major: 1, minor: 2 });
  assert.deepEqual(problems, []);
});

test('a mesh whose Pilot is at the target already may be finished, and is said to be mixed', () => {
  const { problems } = choose(['istio/pilot:1.2.10', 'istio/citadel:1.1.17'], ['istio/pilot:1.2.10']);
  assert.deepEqual(
    problems.map(({ id }) => id),
    ['mixed-versions'],
  );
  assert.match(problems[0]?.message ?? '', /component-1 1\.1\.17/);
});

test('what is of neither end of the hop is no sign of an upgrade under way', () => {
  const { problems } = choose(['istio/pilot:1.1.17', 'istio/proxyv2:1.0.6'], ['istio/pilot:1.2.10']);
  assert.deepEqual(problems, []);
});

test('skipping a minor version is refused with the steps that lead there', () => {
  const { message, hint } = refused(['istio/pilot:1.0.9'], ['istio/pilot:1.2.10']);
  assert.equal(message, 'no path from Istio 1.0.9 to 1.2.10');
  assert.match(hint ?? '', /1\.0 to 1\.1 to 1\.2/);
});

test('a hop that nobody has written is refused, with those that are known', () => {
  const end = HOPS.at(-1)?.to.minor ?? 0;
  const { hint } = refused([`istio/pilot:1.${end}.0`], [`istio/pilot:1.${end + 1}.0`]);
  assert.match(hint ?? '', /this tool knows 1\.1 to 1\.2/);
});

test('older manifests than what runs are no upgrade', () => {
  assert.match(refused(['istio/pilot:1.2.10'], ['istio/pilot:1.2.9']).hint ?? '', /older/);
});

test('a control plane that is not there, or whose tag tells nothing, is refused by name', () => {
  assert.match(refused([], ['istio/pilot:1.2.10']).message, /namespace istio-system/);
  assert.match(refused(['istio/pilot:1.1.17'], []).message, /manifests hold no Istio control plane/);
  assert.match(refused(['istio/pilot:latest'], ['istio/pilot:1.2.10']).message, /istio\/pilot:latest/);
});

test('manifests of two releases at once block', () => {
  const { problems } = choose(['istio/pilot:1.1.17'], ['istio/pilot:1.2.10', 'istio/galley:1.1.17']);
  assert.deepEqual(
    problems.map(({ id, severity }) => [id, severity]),
    [['mixed-target', 'blocker']],
  );
});

test('without a target the mesh stays where it is, and the hop is the one that led there, or else leads on', () => {
  const stay = (image: string) =>
    chooseHop(HOPS, { live: components(image), target: undefined, istioNamespace: 'istio-system' });
  for (const image of ['istio/pilot:1.1.17', 'istio/pilot:1.2.10']) {
    const { hop, from, to } = stay(image);
    assert.deepEqual(
      [hop.from, hop.to],
      [
        { major: 1, minor: 1 },
        { major: 1, minor: 2 },
      ],
    );
    assert.deepEqual(from, to);
  }
  assert.throws(() => stay('istio/pilot:1.9.0'), { message: 'the mesh runs Istio 1.9.0', exit: EXIT.blocked });
});
