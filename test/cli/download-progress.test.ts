import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadProgress } from '../../cmd/download-progress.ts';

const MB = 1e6;

/** What is printed of a download whose size is known or not, in steps of a hundredth. */
function printed(isStderrTerminal: boolean, size: number | undefined, isCut = false): string {
  let text = '';
  const err = (more: string) => {
    text += more;
  };
  const { report, end } = downloadProgress({ err, isStderrTerminal });
  for (let step = 1; step <= (isCut ? 25 : 100); step += 1)
    report({ file: 'a.zip', received: (step * 3 * MB) / 100, size, isDone: false });
  if (!isCut) report({ file: 'a.zip', received: 3 * MB, size, isDone: true });
  end();
  return text;
}

test('a terminal sees one line that is written over ten times, and ends', () => {
  const text = printed(true, 3 * MB);
  assert.ok(text.startsWith('\rdownloading a.zip: 0.0 of 3.0 MB\rdownloading a.zip: 0.3 of 3.0 MB\r'));
  assert.ok(text.endsWith('\rdownloaded a.zip: 3.0 of 3.0 MB \n'));
  assert.equal(text.split('\r').length - 1, 11);
  assert.equal(text.split('\n').length - 1, 1);
});

test('a file gets a line when it begins and one when it is done', () => {
  assert.equal(printed(false, 3 * MB), 'downloading a.zip: 0.0 of 3.0 MB\ndownloaded a.zip: 3.0 of 3.0 MB\n');
  assert.equal(printed(false, undefined), 'downloading a.zip: 0.0 MB\ndownloaded a.zip: 3.0 MB\n');
});

test('a download that fails ends its line, so that the error has its own', () => {
  assert.match(printed(true, 3 * MB, true), /MB\n$/);
  assert.equal(printed(false, 3 * MB, true), 'downloading a.zip: 0.0 of 3.0 MB\n');
});
