import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadProgress } from '../../cmd/screen/download-progress.ts';
import { watched } from './watched.ts';

const MB = 1e6;

/** A download of four seconds whose size is known or not, seen after each; it may be cut off after the first. */
function seen(isTerminal: boolean, size: number | undefined, isCut = false) {
  const { shell, timer, lines, printed } = watched({ isTerminal });
  const { report, end } = downloadProgress(shell, 'never');
  const frames = [1, 2, 3].slice(0, isCut ? 1 : 3).map((second) => {
    report({ file: 'a.zip', received: second * MB, size, isDone: false });
    timer.advance(second * 1000);
    return lines();
  });
  timer.advance(4000);
  if (!isCut) report({ file: 'a.zip', received: 4 * MB, size, isDone: true });
  end();
  assert.equal(timer.isTicking(), false);
  return { frames, lines: lines(), err: printed.err };
}

test('a terminal sees one row that is written over, and stays when it is done', () => {
  const { frames, lines } = seen(true, 4 * MB);
  assert.deepEqual(frames, [
    ['      1s downloading a.zip: 1.0 of 4.0 MB'],
    ['      2s downloading a.zip: 2.0 of 4.0 MB'],
    ['      3s downloading a.zip: 3.0 of 4.0 MB'],
  ]);
  assert.deepEqual(lines, ['✓     4s downloaded a.zip: 4.0 MB']);
  assert.deepEqual(seen(true, undefined).frames[1], ['      2s downloading a.zip: 2.0 MB']);
});

test('a log gets a line when a file begins and one when it is done', () => {
  assert.equal(seen(false, 4 * MB).err, 'downloading a.zip: 1.0 of 4.0 MB\ndownloaded a.zip: 4.0 MB in 4s\n');
  assert.equal(seen(false, undefined).err, 'downloading a.zip: 1.0 MB\ndownloaded a.zip: 4.0 MB in 4s\n');
});

test('a download that fails leaves no row, so that the error has its place', () => {
  assert.deepEqual(seen(true, 4 * MB, true).lines, []);
  assert.equal(seen(false, 4 * MB, true).err, 'downloading a.zip: 1.0 of 4.0 MB\n');
});
