import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightsAsker } from '../../src/app/ask-rights.ts';
import type { Right } from '../../src/core/right.ts';

const right = (verb: string, name?: string, namespace = 'istio-system'): Right => ({
  verb,
  group: 'apps',
  resource: 'deployments',
  namespace,
  name,
});

function asking(answer: (right: Right) => boolean | undefined) {
  const questions: string[] = [];
  const allows = async (asked: Right) => {
    questions.push(`${asked.verb} ${asked.name ?? '*'}`);
    return answer(asked);
  };
  return { questions, findMissing: rightsAsker({ allows }) };
}

test('one question is enough for all objects of a resource in a namespace', async () => {
  const { questions, findMissing } = asking(() => true);
  const found = await Promise.all(['a', 'b', 'c'].map((name) => findMissing([right('patch', name)])));
  assert.deepEqual(found, [[], [], []]);
  assert.deepEqual(questions, ['patch *']);
});

test('each verb and each namespace is a question of its own', async () => {
  const { questions, findMissing } = asking(() => true);
  await findMissing([right('patch', 'a'), right('update', 'a'), right('patch', 'a', 'shop')]);
  assert.deepEqual(questions, ['patch *', 'update *', 'patch *']);
});

test('only where that is refused it is asked by name, and who may write the one object lacks nothing', async () => {
  const { questions, findMissing } = asking(({ verb, name }) => verb === 'create' || name === 'a');
  const rights = (name: string) => [right('create', name), right('patch', name)];
  assert.deepEqual(await findMissing(rights('a')), []);
  assert.deepEqual(await findMissing(rights('b')), [right('patch', 'b')]);
  assert.deepEqual(questions, ['create *', 'patch *', 'patch a', 'patch b']);
});

test('whoever is allowed by name is asked about, one after another, until one is refused: that speaks for the rest', async () => {
  const { questions, findMissing } = asking(({ name }) => name === 'a');
  const found = await Promise.all(['a', 'b', 'c', 'd'].map((name) => findMissing([right('patch', name)])));
  assert.deepEqual(
    found.map(({ length }) => length),
    [0, 1, 1, 1],
  );
  assert.deepEqual(questions, ['patch *', 'patch a', 'patch b']);
});

test('of the verbs that are refused in general, one refusal by name speaks for all', async () => {
  const { questions, findMissing } = asking(() => false);
  const rights = [right('patch', 'a'), right('update', 'a')];
  assert.deepEqual(await findMissing(rights), rights);
  assert.deepEqual(questions, ['patch *', 'update *', 'patch a']);
});

test('what has no name is not asked twice', async () => {
  const { questions, findMissing } = asking(() => false);
  assert.deepEqual(await findMissing([right('create')]), [right('create')]);
  assert.deepEqual(questions, ['create *']);
});

test('what the server does not say counts as held: the write itself finds out', async () => {
  const { findMissing } = asking(() => undefined);
  assert.deepEqual(await findMissing([right('patch', 'a')]), []);
});
