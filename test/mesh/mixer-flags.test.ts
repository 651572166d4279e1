import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixerFlagsOf } from '../../src/mesh/mixer-flags.ts';
import { object } from '../objects.ts';

const mixer = (...args: readonly string[]) =>
  object('apps/v1', 'Deployment', 'istio-system/istio-policy', {
    spec: { template: { spec: { containers: [{ name: 'mixer', image: 'registry:5000/mixer:1.2.10', args }] } } },
  });
const PILOT = object('apps/v1', 'Deployment', 'istio-system/istio-pilot', {
  spec: { template: { spec: { containers: [{ image: 'istio/pilot:1.2.10', args: ['--useAdapterCRDs=false'] }] } } },
});

test('without Mixer nothing is known, whatever others are told', () => {
  assert.equal(mixerFlagsOf([PILOT]), undefined);
});

test('a flag that is absent is on, and so is one without a value; the last one counts', () => {
  assert.deepEqual(mixerFlagsOf([mixer(), PILOT]), { adapters: true, templates: true });
  const flags = mixerFlagsOf([mixer('--useAdapterCRDs=false', '--useAdapterCRDs', '--useTemplateCRDs=F')]);
  assert.deepEqual(flags, { adapters: true, templates: false });
});

test('of several Mixers each has to read a kind', () => {
  const flags = mixerFlagsOf([mixer('--useAdapterCRDs=false'), mixer('--useTemplateCRDs=TRUE')]);
  assert.deepEqual(flags, { adapters: false, templates: true });
});
