import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type InjectionPolicy,
  injectionPolicyOf,
  injectorDecision,
  type PodTraits,
  wishOf,
} from '../../src/injection/decision.ts';

const ENABLED: InjectionPolicy = { policy: 'enabled', neverInjectSelector: [], alwaysInjectSelector: [] };
const DISABLED: InjectionPolicy = { ...ENABLED, policy: 'disabled' };
const POD: PodTraits = { hostNetwork: false, inject: undefined, labels: { app: 'cart' } };
const CART = { matchLabels: { app: 'cart' } };
const OTHER = { matchLabels: { app: 'other' } };

const injects = (traits: Partial<PodTraits>, policy: InjectionPolicy) =>
  injectorDecision({ ...POD, ...traits }, policy).injects;
const why = (traits: Partial<PodTraits>, policy: InjectionPolicy) => {
  const decision = injectorDecision({ ...POD, ...traits }, policy);
  return decision.injects ? undefined : decision.why;
};

test('the policy decides where nothing else is said', () => {
  assert.equal(injects({}, ENABLED), true);
  assert.equal(why({}, DISABLED), 'the policy is disabled and no annotation asks for a sidecar');
});

test('the annotation decides against the policy and the selectors, and every word but yes means no', () => {
  const against = { ...DISABLED, neverInjectSelector: [CART] };
  for (const inject of ['y', 'yes', 'true', 'on', 'TRUE']) assert.equal(injects({ inject }, against), true, inject);
  const favourable = { ...ENABLED, alwaysInjectSelector: [CART] };
  for (const inject of ['false', 'no', '1', 'enabled', ' true'])
    assert.equal(why({ inject }, favourable), `annotation inject: ${inject}`);
  assert.equal(injects({ inject: '' }, ENABLED), true);
  assert.equal(injects({ inject: '' }, DISABLED), false);
  assert.deepEqual([undefined, '', 'on', 'off'].map(wishOf), ['default', 'default', 'yes', 'no']);
});

test('nothing is injected on the host network, or under a policy that does not exist, even against an annotation', () => {
  assert.equal(why({ inject: 'true', hostNetwork: true }, ENABLED), 'hostNetwork');
  assert.equal(
    why({ inject: 'true' }, { ...ENABLED, policy: 'Enabled' }),
    'the injector\'s policy is "Enabled", which injects nothing',
  );
});

test('never goes before always, which goes before the policy; one selector is enough, and an empty one selects nothing', () => {
  assert.equal(
    why({}, { ...ENABLED, neverInjectSelector: [OTHER, CART], alwaysInjectSelector: [CART] }),
    'neverInjectSelector',
  );
  assert.equal(injects({}, { ...DISABLED, neverInjectSelector: [OTHER], alwaysInjectSelector: [OTHER, CART] }), true);
  assert.equal(injects({}, { ...ENABLED, neverInjectSelector: [{}, { matchLabels: {} }] }), true);
  assert.equal(injects({}, { ...DISABLED, alwaysInjectSelector: [{}] }), false);
});

test('the policy is read from a configuration; what is missing there injects nothing', () => {
  assert.deepEqual(injectionPolicyOf({ policy: 'disabled', alwaysInjectSelector: [CART], template: 'x' }), {
    ...DISABLED,
    alwaysInjectSelector: [CART],
  });
  assert.deepEqual(injectionPolicyOf(null), { ...ENABLED, policy: '' });
});
