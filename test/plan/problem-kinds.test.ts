import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { HOPS } from '../../src/hops/index.ts';
import { problemKinds } from '../../src/plan/problem-kinds/index.ts';

const SRC = resolve(import.meta.dirname, '../../src');
const GOLDEN = resolve(import.meta.dirname, '../cli/golden');
const ENTRIES = /\/(?:problem-kinds|problems)\//;

// A rule or a check at the top of its file: its id is not a problem's, or it is its own entry.
const RULE = /^export const \w+: (?:Rule|Check) = \{\n {2}id: '[a-z0-9-]+'/gm;
const LITERAL = /\bid: '([a-z0-9-]+)'/g;
// Functions that take an id and make a problem of it, and how they are called with one.
const MAKERS = {
  problem: /\bproblem\(\s*'([a-z0-9-]+)'/g,
  refused: /\brefused\(\s*\w+,\s*'([a-z0-9-]+)'/g,
};
const TAKES_ID = /\bfunction (\w+)\([^)]*\bid: string/g;

const kinds = problemKinds(HOPS);
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !ENTRIES.test(`/${name}`))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));

/** An id may have a name of its own in its file. */
function withConstants(text: string): string {
  const named = new Map(
    [...text.matchAll(/^(?:export )?const ([A-Z_]+) = ('[a-z0-9-]+');$/gm)].map(([, name, id]) => [name, id]),
  );
  return text.replaceAll(/\bid: ([A-Z_]+),/g, (whole, name) => (named.has(name) ? `id: ${named.get(name)},` : whole));
}

/** Every id that some line of the source gives to a problem, with the file. */
function told(): ReadonlyMap<string, string> {
  const found = sources.flatMap(({ name, text }) =>
    [LITERAL, ...Object.values(MAKERS)].flatMap((pattern) =>
      [...withConstants(text).replaceAll(RULE, '').matchAll(pattern)].map(([, id = '']) => [id, name] as const),
    ),
  );
  return new Map(found);
}

const checkIds = [...new Set(HOPS.flatMap(({ checks }) => checks.map(({ id }) => id)))];

test('every problem that the source tells has an entry', () => {
  const known = new Set(kinds.map(({ id }) => id));
  const ids = [...told()];
  assert.ok(ids.length > 50, `${ids.length} ids were found`);
  assert.deepEqual(
    ids.filter(([id]) => !known.has(id)).map(([id, file]) => `${id} in ${file}`),
    [],
  );
});

test('every entry is of a problem that the source tells, or of a check', () => {
  const ids = new Set([...told().keys(), ...checkIds]);
  assert.deepEqual(
    kinds.map(({ id }) => id).filter((id) => !ids.has(id)),
    [],
  );
});

test('whatever makes a problem of an id that it is given is known to this test', () => {
  const tellers = sources.filter(({ text }) => text.includes("/core/problem.ts'"));
  const takers = tellers.flatMap(({ text }) => [...text.matchAll(TAKES_ID)].map(([, name]) => name));
  assert.deepEqual([...new Set(takers)].sort(), Object.keys(MAKERS).sort());
});

test('every finding on a golden screen has an entry', () => {
  const screens = readdirSync(GOLDEN).map((name) => readFileSync(join(GOLDEN, name), 'utf8'));
  const shown = screens.flatMap((text) =>
    [...text.matchAll(/^(?:blocker|warning|note): .* \[([a-z0-9-]+)\]$/gm)].map(([, id = '']) => id),
  );
  const known = new Set(kinds.map(({ id }) => id));
  assert.ok(shown.length > 0);
  assert.deepEqual(
    shown.filter((id) => !known.has(id)),
    [],
  );
});

// Where planning reads Helm's records as a whole, it tells this itself, and the check of that name is left out.
const TOLD_BY_BOTH = ['installed-by-helm3'];

test('ids are unique but for what hops share, and no check has the id of a problem that rules or the engine tell', () => {
  for (const { checks, problems } of HOPS) {
    const ids = [...checks, ...problems].map(({ id }) => id);
    assert.deepEqual([...new Set(ids)], ids);
  }
  const shared = new Set(HOPS.flatMap(({ checks, problems }) => [...checks, ...problems]));
  assert.deepEqual(
    [...shared].map(({ id }) => id),
    [...new Set([...shared].map(({ id }) => id))],
  );
  const others = [...told().keys()];
  assert.deepEqual(checkIds.filter((id) => others.includes(id)).toSorted(), TOLD_BY_BOTH);
});

for (const { id, docs, explain, whyNotIgnored } of kinds) {
  test(`${id} says in sentences what happens and what to do, with a link`, () => {
    assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.match(docs, /^https:\/\/\S+$/);
    assert.ok(explain.length >= 120, `${explain.length} characters`);
    assert.match(explain, /^[A-Z0-9"-][\s\S]*\.$/);
    assert.doesNotMatch(whyNotIgnored ?? 'said', /^[A-Z]|\.$/);
  });
}
