import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_MANAGER } from '../../src/core/field-manager.ts';
import { type JsonObject, objectAt } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { withEntries } from '../../src/fields/managed-fields.ts';
import { lastAppliedText } from '../../src/plan/last-applied.ts';
import { handedOver, installedPart, ownershipOf, withoutScale } from '../../src/plan/ownership.ts';
import { object, owned, ownedObject } from '../objects.ts';

const DATA = { 'f:data': { '.': {}, 'f:mesh': {} } };
const LABEL = { 'f:metadata': { 'f:labels': { 'f:team': {} } } };
const config = (...managedFields: readonly JsonObject[]) =>
  ownedObject(object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'x' } }), ...managedFields);
const handed = (live: K8sObject, fields: JsonObject, from: readonly string[]): readonly JsonObject[] =>
  handedOver(live, fields, from);

test('installers’ fields add up, whoever lives on is listed by name, and ours are ours', () => {
  const { installed, installers, ours, others, isUnrecorded } = ownershipOf(
    config(
      owned('kubectl-client-side-apply', DATA),
      owned('helm', { 'f:metadata': { 'f:labels': { 'f:release': {} } } }),
      owned('platform-team', LABEL),
      owned('platform-team', { 'f:data': { 'f:extra': {} } }, 'Apply'),
      owned(FIELD_MANAGER, { 'f:data': { 'f:ours': {} } }, 'Apply'),
    ),
  );
  assert.deepEqual(installed, { ...DATA, 'f:metadata': { 'f:labels': { 'f:release': {} } } });
  assert.deepEqual(installers, ['kubectl-client-side-apply', 'helm']);
  assert.deepEqual(Object.fromEntries(others), { 'platform-team': { ...LABEL, 'f:data': { 'f:extra': {} } } });
  assert.deepEqual(ours, { 'f:data': { 'f:ours': {} } });
  assert.equal(isUnrecorded, false);
});

test('fields that the server gives a value are never the installer’s to hand over', () => {
  const service = ownedObject(
    object('v1', 'Service', 'a/b'),
    owned('kubectl-client-side-apply', {
      'f:spec': {
        'f:clusterIP': {},
        'f:type': {},
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:nodePort': {}, 'f:port': {} } },
      },
      'f:status': { 'f:loadBalancer': {} },
    }),
  );
  assert.deepEqual(ownershipOf(service).installed, {
    'f:spec': { 'f:type': {}, 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
  });
});

test('a plain update of ours is on its way to what we apply, like an installer’s', () => {
  const { installed, installers, ours, others } = ownershipOf(config(owned(FIELD_MANAGER, DATA)));
  assert.deepEqual(installed, DATA);
  assert.deepEqual(installers, [FIELD_MANAGER]);
  assert.deepEqual(ours, {});
  assert.equal(others.size, 0);
});

test('an object without a record, or with one that says nothing, is unrecorded', () => {
  assert.equal(ownershipOf(config()).isUnrecorded, true);
  assert.equal(ownershipOf(object('v1', 'ConfigMap', 'a/b')).isUnrecorded, true);
  assert.equal(ownershipOf(config(owned('before-first-apply', {}))).isUnrecorded, true);
  assert.equal(ownershipOf(config(owned('somebody', LABEL))).isUnrecorded, false);
});

test('of our fields those in the last manifest came from it, the others from single wishes', () => {
  const manifest = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'x' } });
  const live = ownedObject(
    object('v1', 'ConfigMap', 'istio-system/istio', {
      data: { mesh: 'x', note: 'y' },
      metadata: { annotations: { [LAST_APPLIED]: lastAppliedText(manifest) } },
    }),
    owned(FIELD_MANAGER, { 'f:data': { 'f:mesh': {}, 'f:note': {} }, ...annotation(LAST_APPLIED) }, 'Apply'),
  );
  assert.deepEqual(ownershipOf(live).oursInstalled, { 'f:data': { 'f:mesh': {} }, ...annotation(LAST_APPLIED) });
});

test('without a record of the last manifest nothing of ours came from one', () => {
  assert.deepEqual(ownershipOf(config(owned(FIELD_MANAGER, DATA, 'Apply'))).oursInstalled, {});
});

test('a hand-over moves fields to us and changes nothing else', () => {
  const status = { ...owned('kube-controller-manager', { 'f:status': {} }), subresource: 'status' };
  const live = config(owned('helm', { ...DATA, ...LABEL }), owned('platform-team', LABEL), status);
  assert.deepEqual(handed(live, DATA, ['helm']), [
    { ...owned(FIELD_MANAGER, DATA, 'Apply'), time: '1970-01-01T00:00:00Z' },
    owned('helm', LABEL),
    owned('platform-team', LABEL),
    status,
  ]);
});

test('a manager that loses everything disappears, one that is not asked loses nothing', () => {
  const live = config(owned('helm', DATA), owned('platform-team', DATA));
  assert.deepEqual(managers(handed(live, DATA, ['helm'])), [FIELD_MANAGER, 'platform-team']);
});

test('what we own already stays ours in the same entry', () => {
  const live = config(owned(FIELD_MANAGER, LABEL, 'Apply'), owned('helm', DATA));
  const [ours, ...rest] = handed(live, DATA, ['helm']);
  assert.deepEqual(ours?.fieldsV1, { ...DATA, ...LABEL });
  assert.deepEqual(rest, []);
});

test('a field that a hand-over does not name stays the installer’s', () => {
  const live = config(owned('helm', { 'f:data': { '.': {}, 'f:mesh': {} }, ...LABEL }));
  const [, helm] = handed(live, { 'f:data': { 'f:mesh': {} } }, ['helm']);
  assert.deepEqual(helm?.fieldsV1, LABEL, 'and no container that has nothing left inside');
});

test('a run that was cut off between hand-over and apply is recognised: all of ours came from manifests then', () => {
  const live = config(owned('helm', { ...DATA, ...LABEL }));
  const cut = ownedObject(live, ...handed(live, { ...DATA, ...LABEL }, ['helm']));
  assert.deepEqual(ownershipOf(cut).oursInstalled, { ...DATA, ...LABEL });
  const applied = withEntries(cut, []);
  assert.deepEqual(ownershipOf(ownedObject(applied, owned(FIELD_MANAGER, DATA, 'Apply'))).oursInstalled, {});
});

test('a scale that stays is not handed over', () => {
  const set = { 'f:spec': { 'f:replicas': {}, 'f:template': {} } };
  assert.deepEqual(withoutScale(set, true), { 'f:spec': { 'f:template': {} } });
  assert.equal(withoutScale(set, false), set);
});

test('reading and moving owners leaves the object as it was', () => {
  const live = config(owned('helm', DATA));
  const before = structuredClone(live);
  ownershipOf(live);
  handed(live, DATA, ['helm']);
  assert.deepEqual(live, before);
});

function annotation(name: string): JsonObject {
  return { 'f:metadata': { 'f:annotations': { [`f:${name}`]: {} } } };
}

function managers(entries: readonly JsonObject[]): readonly unknown[] {
  return entries.map((entry) => objectAt(entry).manager);
}

test('a container that holds more than what was installed is not itself taken: the server would take all of it away', () => {
  const record = JSON.stringify({ metadata: { annotations: { kept: '1' }, labels: { app: 'x' } } });
  const live = object('v1', 'Service', 'istio-system/gateway', {
    metadata: { labels: { app: 'x' }, annotations: { [LAST_APPLIED]: record, kept: '1', added: 'by hand' } },
  });
  const listed = {
    'f:metadata': {
      'f:annotations': { '.': {}, 'f:kept': {}, 'f:added': {} },
      'f:labels': { '.': {}, 'f:app': {} },
    },
  };
  assert.deepEqual(installedPart(listed, live), {
    'f:metadata': { 'f:annotations': { 'f:kept': {} }, 'f:labels': { '.': {}, 'f:app': {} } },
  });
});
