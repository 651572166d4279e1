import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { refOf } from '../../src/core/object.ts';
import { RUN_SCHEMA, type WriteAhead } from '../../src/core/run.ts';
import { keptRuns, runNamed } from '../../src/journal/kept-runs.ts';
import { openForAppending } from '../../src/journal/run-files.ts';
import { beginRun, FileRunLog, type RunLog } from '../../src/journal/run-log.ts';
import { object, owned, resourceOf } from '../objects.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'istio-upgrade-journal-'));
const NOW = Date.UTC(2019, 9, 1, 12, 30, 5);
const clock = { now: () => NOW };
const RUN = {
  schema: RUN_SCHEMA,
  tool: '0.1.0',
  by: { account: 'ann@laptop', context: 'prod', user: 'ann' },
  cluster: { address: 'https://127.0.0.1:6443', uid: 'u-1' },
  istioNamespace: 'istio-system',
  from: '1.1.17',
  to: '1.2.10',
  phases: ['crds', 'control-plane'],
  words: ['apply', '-f', 'istio-1.2'],
  answer: 'yes',
  ignored: ['mtls-conflict'],
  undoes: [],
  isHelms: false,
  restarts: [],
  plan: { schema: 'istio-upgrade/plan/v1' },
} as const;
const SECRET = object('v1', 'Secret', 'istio-system/key', {
  metadata: { managedFields: [owned('helm', { 'f:data': {} })] },
  data: { key: 'c2VjcmV0' },
});
const CHANGES = [{ ref: refOf(SECRET), phase: 'control-plane', stage: 'write', via: SECRET }] as const;
const WRITE: WriteAhead = {
  verb: 'apply',
  ref: refOf(SECRET),
  resource: { ...resourceOf(SECRET), verbs: [] },
  before: SECRET,
};

const begun: RunLog[] = [];
let directory = '';
beforeEach(() => {
  directory = join(ROOT, Math.random().toString(36).slice(2));
});
afterEach(async () => {
  for (const log of begun.splice(0)) await log.finish({ result: 'done' }).catch(() => undefined);
});
after(() => rmSync(ROOT, { recursive: true }));

const begin = async () => {
  const log = await beginRun(directory, { ...RUN, changes: CHANGES }, clock);
  begun.push(log);
  return log;
};

test('what was kept is read as it was, with its outcome', async () => {
  const log = await begin();
  const first = await log.before(WRITE);
  await log.done(first, { ...SECRET, data: {} });
  await log.refused(await log.before({ ...WRITE, verb: 'update' }));
  await log.before({ ...WRITE, verb: 'delete', before: undefined });
  await log.finish({ result: 'failed', message: 'because' });
  const at = '2019-10-01T12:30:05.000Z';
  assert.deepEqual(await keptRuns(directory), [
    {
      record: {
        ...RUN,
        changes: CHANGES,
        id: '20191001-123005',
        startedAt: at,
        outcome: { result: 'failed', message: 'because', at },
      },
      entries: [
        { ...WRITE, result: 'done', after: { ...SECRET, data: {} } },
        { ...WRITE, verb: 'update', result: 'refused' },
        { ...WRITE, verb: 'delete', before: undefined, result: 'unanswered' },
      ],
    },
  ]);
});

test('a line is on the disk before the write may begin', async () => {
  const log = await begin();
  await log.before(WRITE);
  assert.match(readFileSync(join(log.path, 'journal.ndjson'), 'utf8'), /"line":"before".*"c2VjcmV0".*\n$/);
});

test('nobody else may look into it', async () => {
  const log = await begin();
  await log.before(WRITE);
  const modes = [log.path, join(log.path, 'run.json'), join(log.path, 'journal.ndjson')].map(
    (path) => statSync(path).mode & 0o777,
  );
  assert.deepEqual(modes, [0o700, 0o600, 0o600]);
});

test('a run that was cut off has no outcome, and a torn last line was never acted upon', async () => {
  const log = await begin();
  await log.before(WRITE);
  const file = join(log.path, 'journal.ndjson');
  const whole = readFileSync(file, 'utf8');
  for (const torn of ['{"at":"2019', whole.slice(0, whole.length / 2)]) {
    writeFileSync(file, whole);
    appendFileSync(file, torn);
    const [run] = await keptRuns(directory);
    assert.equal(run?.record.outcome, undefined);
    assert.deepEqual(run?.entries, [{ ...WRITE, result: 'unanswered' }]);
  }
});

test('two runs of one second have two directories, in their order', async () => {
  await begin();
  await begin();
  assert.deepEqual(
    (await keptRuns(directory)).map(({ record }) => record.id),
    ['20191001-123005', '20191001-123005-2'],
  );
});

test('a run is named by the beginning of its id, where that says which', async () => {
  await begin();
  const runs = await keptRuns(directory);
  assert.equal(runNamed(runs, '2019').record.id, '20191001-123005');
  assert.throws(() => runNamed(runs, '2018'), { message: 'there is no run 2018', exit: 2 });
  await begin();
  const both = await keptRuns(directory);
  assert.equal(runNamed(both, '20191001-123005').record.id, '20191001-123005', 'the whole id is nobody else’s');
  assert.throws(() => runNamed(both, '2019'), { message: 'there are several runs 2019', exit: 2 });
});

test('where nothing was ever kept there are no runs, and what is no run is passed over', async () => {
  assert.deepEqual(await keptRuns(directory), []);
  mkdirSync(join(directory, 'runs', 'empty'), { recursive: true });
  for (const [name, text] of Object.entries({ newer: '{"schema":"istio-upgrade/run/v2"}', torn: '{"schema"' })) {
    mkdirSync(join(directory, 'runs', name));
    writeFileSync(join(directory, 'runs', name, 'run.json'), text);
  }
  writeFileSync(join(directory, 'runs', 'file'), '');
  assert.deepEqual(await keptRuns(directory), []);
});

test('a state directory that cannot be made stops the run before anything is written', async () => {
  writeFileSync(join(ROOT, 'file'), '');
  await assert.rejects(beginRun(join(ROOT, 'file'), { ...RUN, changes: [] }, clock), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.match(error.message, /^cannot keep what is written in .*file\/runs: part of the path is a file$/);
    assert.match(error.hint ?? '', /--state-dir/);
    return true;
  });
});

test('a full disk fails before a write, never after it', {
  skip: statSync('/dev/full', { throwIfNoEntry: false }) === undefined && 'there is no /dev/full here',
}, async () => {
  const log = await begin();
  const file = join(log.path, 'journal.ndjson');
  await log.finish({ result: 'done' });
  rmSync(file);
  symlinkSync('/dev/full', file);
  const full = new FileRunLog(
    { ...RUN, changes: [], id: log.id, startedAt: '' },
    log.path,
    await openForAppending(file),
    clock,
  );
  await full.done(1, SECRET);
  await assert.rejects(full.before(WRITE), {
    message: `cannot keep what is written in ${log.path}: no space is left on the disk`,
  });
});

test('what may not be read is an error that says so', {
  skip: process.getuid?.() === 0 && 'root reads everything',
}, async () => {
  const log = await begin();
  chmodSync(log.path, 0);
  await assert.rejects(keptRuns(directory), /cannot read/);
  chmodSync(log.path, 0o700);
});

test('a result that could not be kept stops the run before its next write, although there is space again', async () => {
  const path = mkdtempSync(join(ROOT, 'log-'));
  const handle = await openForAppending(join(path, 'journal.ndjson'));
  const append = handle.appendFile.bind(handle);
  handle.appendFile = async () => {
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  };
  const log = new FileRunLog({ ...RUN, changes: [], id: '1', startedAt: '' }, path, handle, clock);
  begun.push(log);
  await log.done(1, SECRET);
  handle.appendFile = append;
  await assert.rejects(log.before(WRITE), {
    message: `cannot keep what is written in ${path}: no space is left on the disk`,
  });
  assert.equal(readFileSync(join(path, 'journal.ndjson'), 'utf8'), '');
});
