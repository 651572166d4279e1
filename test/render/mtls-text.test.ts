import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectRef } from '../../src/core/object.ts';
import type { MtlsEffect, MtlsState } from '../../src/core/plan.ts';
import { mtlsSections } from '../../src/render/mtls-text.ts';
import { PLAIN } from '../../src/render/style.ts';
import { planOf } from '../objects.ts';

const CART: ObjectRef = { group: '', kind: 'Service', namespace: 'shop', name: 'cart' };
const RULE: ObjectRef = { group: 'networking.istio.io', kind: 'DestinationRule', namespace: 'shop', name: 'cart' };

function state(server: MtlsState['server'], client: MtlsState['client'], isConflict = false): MtlsState {
  return { server, client, isConflict, because: [RULE] };
}

function effect(parts: Partial<MtlsEffect>): MtlsEffect {
  const fits = state('STRICT', 'ISTIO_MUTUAL');
  const shared = { service: CART, port: 80, subset: '', clients: ['bank', 'shop'], before: fits, after: fits };
  return { ...shared, verdict: 'same', alsoChanged: [], ...parts };
}

const text = (...mtls: readonly MtlsEffect[]) => mtlsSections(planOf([], { mtls }), PLAIN).join('\n\n');

test('a plan that touches no connection says nothing of them', () => {
  assert.equal(text(), '');
});

test('what becomes weaker is a row with both sides, and a verdict', () => {
  const weaker = effect({ after: state('DISABLE', 'PLAINTEXT'), verdict: 'weaker', alsoChanged: ['loadBalancer'] });
  assert.equal(
    text(weaker),
    [
      'Mutual TLS, today → after:',
      'SERVICE    PORT  SUBSET  CLIENTS IN  SERVER            CLIENTS',
      'shop/cart    80          bank, shop  STRICT → DISABLE  ISTIO_MUTUAL → plaintext  weaker, loadBalancer',
    ].join('\n'),
  );
});

test('a conflict of today that stays is told once, below; a new one in both', () => {
  const old = state('STRICT', 'PLAINTEXT', true);
  assert.equal(
    text(effect({ before: old, after: old })),
    'Connections whose two sides do not fit:\n  shop/cart:80 from bank, shop: today and after: server STRICT, clients plaintext (DestinationRule.networking.istio.io/shop/cart)',
  );
  const shown = text(effect({ after: old, verdict: 'weaker' }), effect({ before: old, verdict: 'stricter', port: 81 }));
  assert.match(shown, /^shop\/cart +80 .* weaker$/m);
  assert.match(shown, /^ {2}shop\/cart:80 from bank, shop: after: server STRICT, clients plaintext/m);
  assert.match(shown, /^ {2}shop\/cart:81 from bank, shop: today only: server STRICT/m);
});

test('many namespaces and many rows are cut with their number', () => {
  const clients = ['a', 'b', 'c', 'd', 'e'];
  const many = Array.from({ length: 45 }, (_, index) => effect({ clients, port: index, verdict: 'weaker' }));
  const shown = text(...many);
  assert.match(shown, / a, b, c and 2 more /);
  assert.match(shown, /^ {2}and 5 more: -o json has all of them$/m);
});

test('escape sequences in names are shown, never sent', () => {
  assert.ok(!text(effect({ clients: ['\u001b[31m'], verdict: 'weaker' })).includes('\u001b'));
});
