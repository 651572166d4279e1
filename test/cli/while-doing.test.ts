import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whileDoing } from '../../cmd/screen/while-doing.ts';
import { type Watching, watched } from './watched.ts';

const LONG = 'reading the mesh';

/** What is seen half a second, and three and a half seconds after something began, and when it is over. */
async function seen(watching: Watching, quiet: boolean) {
  const { shell, timer, lines, printed } = watched(watching);
  const frames = await whileDoing(LONG, { args: { color: 'never', quiet }, shell }, async () => {
    timer.advance(400);
    const early = lines();
    timer.advance(3500);
    shell.err('Warning: deprecated\n');
    return [early, lines()];
  });
  assert.equal(timer.isTicking(), false);
  return { frames, lines: lines(), err: printed.err };
}

test('what takes a while is told on a terminal in a row, with its time, that is gone in the end', async () => {
  const { frames, lines } = await seen({}, false);
  assert.deepEqual(frames, [[], ['Warning: deprecated', '      3s reading the mesh']]);
  assert.deepEqual(lines, ['Warning: deprecated']);
});

test('the row is gone when it fails, too', async () => {
  const { shell, timer, lines } = watched();
  const failing = whileDoing(LONG, { args: { color: 'never', quiet: false }, shell }, async () => {
    timer.advance(2000);
    throw new Error('no answer');
  });
  await assert.rejects(failing, /no answer/);
  assert.deepEqual(lines(), []);
  assert.equal(timer.isTicking(), false);
});

test('neither a log nor who asked for quiet is told', async () => {
  for (const [watching, quiet] of [
    [{ isTerminal: false }, false],
    [{ env: { TERM: 'dumb' } }, false],
    [{}, true],
  ] as const)
    assert.equal((await seen(watching, quiet)).err, 'Warning: deprecated\n');
});
