import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ListRequest, readState } from '../../src/app/read-state.ts';
import { ApiError } from '../../src/core/errors.ts';
import { object } from '../objects.ts';
import { but, clusterOf, resourceIn } from './in-memory.ts';

const SETTINGS = object('v1', 'ConfigMap', 'shop/settings', { data: { colour: 'blue' } });

async function reading(...lists: readonly Omit<ListRequest, 'resource'>[]) {
  const inner = clusterOf(SETTINGS);
  const resource = await resourceIn(inner, SETTINGS);
  let count = 0;
  const counting = but(inner, {
    list: (listed, query) => {
      count += 1;
      return inner.list(listed, query);
    },
  });
  const forbidden = but(inner, {
    // biome-ignore lint/correctness/useYield: it is refused before the first
    list: async function* () {
      throw new ApiError('list ConfigMap: forbidden', { status: 403, reason: 'Forbidden' });
    },
  });
  const request = { lists: lists.map((list) => ({ ...list, resource })), objects: [] };
  const result = await readState(counting, request);
  const refused = await readState(forbidden, request);
  return { count, objects: [...result.snapshot.objects.values()], refused };
}

test('a list that is asked for twice is read once', async () => {
  assert.equal((await reading({ query: {} }, { query: {} })).count, 1);
  assert.equal((await reading({ query: {} }, { query: { namespace: 'shop' } })).count, 2);
});

test('where one asks for metadata and another for all, all is there', async () => {
  const metadata = { query: { isMetadataOnly: true } };
  const only = await reading(metadata);
  assert.deepEqual(
    only.objects.map(({ data }) => data),
    [undefined],
  );
  for (const lists of [
    [metadata, { query: {} }],
    [{ query: {} }, metadata],
  ]) {
    const { objects } = await reading(...lists);
    assert.deepEqual(
      objects.map(({ data }) => data),
      [{ colour: 'blue' }],
    );
  }
});

test('a list that may not be read is a warning, an essential one a blocker, an optional one only named', async () => {
  const severities = async (...lists: readonly Omit<ListRequest, 'resource'>[]) => {
    const { refused } = await reading(...lists);
    assert.deepEqual([...refused.unread], ['ConfigMap']);
    return refused.problems.map(({ severity }) => severity);
  };
  const optional = { query: {}, isOptional: true };
  const essential = { query: {}, isEssential: true };
  assert.deepEqual(await severities({ query: {} }), ['warning']);
  assert.deepEqual(await severities(optional), []);
  assert.deepEqual(await severities(optional, { query: {} }), ['warning']);
  assert.deepEqual(await severities(essential, optional), ['blocker']);
});
