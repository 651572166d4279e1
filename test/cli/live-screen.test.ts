import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveScreen } from '../../cmd/screen/live-screen.ts';
import { terminal } from './terminal.ts';

function screenOf(columns = 20, rows = 6) {
  const { write, lines } = terminal(columns, rows);
  let size = { columns, rows };
  let writes = 0;
  const counted = (text: string) => {
    writes += 1;
    write(text);
  };
  const screen = liveScreen(counted, () => size);
  const resize = (wide: number) => {
    size = { columns: wide, rows };
  };
  return { screen, lines, write, resize, writes: () => writes };
}

test('rows are written over in place, also by more and by fewer', () => {
  const { screen, lines } = screenOf();
  screen.print('before\n');
  screen.show(['pilot 1s', 'galley 1s']);
  assert.deepEqual(lines(), ['before', 'pilot 1s', 'galley 1s']);
  screen.show(['p 2s', 'galley 2s', 'citadel 0s']);
  assert.deepEqual(lines(), ['before', 'p 2s', 'galley 2s', 'citadel 0s']);
  screen.show(['galley 3s']);
  assert.deepEqual(lines(), ['before', 'galley 3s']);
  screen.show([]);
  assert.deepEqual(lines(), ['before']);
});

test('what is printed meanwhile stays above them, whole', () => {
  const { screen, lines } = screenOf();
  screen.show(['pilot', 'galley']);
  screen.print('Warning: policy/v1beta1 is deprecated in v1.21+\n');
  screen.print('one\ntwo\n');
  assert.deepEqual(lines(), [
    'Warning: policy/v1be',
    'ta1 is deprecated in',
    ' v1.21+',
    'one',
    'two',
    'pilot',
    'galley',
  ]);
  screen.show(['galley']);
  assert.deepEqual(lines().slice(3), ['one', 'two', 'galley']);
});

test('the screen scrolls, and what has scrolled off is as it was printed', () => {
  const { screen, lines } = screenOf(20, 4);
  for (let second = 0; second < 9; second += 1) {
    screen.show([`pilot ${second}s`, `galley ${second}s`, `phase ${second}s`]);
    screen.print(`line ${second}\n`);
  }
  const printed = Array.from({ length: 9 }, (_, index) => `line ${index}`);
  assert.deepEqual(lines(), [...printed, 'pilot 8s', 'galley 8s', 'phase 8s']);
});

test('the same rows again write nothing', () => {
  const { screen, writes } = screenOf();
  screen.show(['pilot']);
  screen.show(['pilot']);
  screen.print('');
  assert.equal(writes(), 1);
});

test('a line that is not finished is not written over; the rows come back below it', () => {
  const { screen, lines } = screenOf();
  screen.show(['pilot']);
  screen.print('Really? ');
  screen.show(['pilot 2s']);
  assert.deepEqual(lines(), ['Really?']);
  screen.print('yes\n');
  assert.deepEqual(lines(), ['Really? yes', 'pilot 2s']);
});

test('while somebody else writes to the terminal there are no rows', () => {
  const { screen, lines, write } = screenOf();
  screen.show(['pilot']);
  const [first, second] = [screen.hold(), screen.hold()];
  write('log in at\nexample\n');
  screen.show(['pilot 9s']);
  screen.print('seen\n');
  first();
  assert.deepEqual(lines(), ['log in at', 'example', 'seen']);
  second();
  assert.deepEqual(lines(), ['log in at', 'example', 'seen', 'pilot 9s']);
});

test('after the program was stopped and goes on, what the shell printed is not written over', () => {
  const { screen, lines, write } = screenOf();
  screen.show(['pilot 1s']);
  assert.ok(screen.isShowing());
  write('Stopped\n$ fg\n');
  screen.letGo();
  screen.show(['pilot 9s']);
  assert.deepEqual(lines(), ['pilot 1s', 'Stopped', '$ fg', 'pilot 9s']);
});

test('rows that a narrower terminal has broken into several lines are erased whole', () => {
  const { screen, lines, resize } = screenOf(10, 9);
  screen.print('before\n');
  resize(20);
  screen.show(['0123456789abcd', 'phase']);
  resize(10);
  assert.deepEqual(lines(), ['before', '0123456789', 'abcd', 'phase']);
  screen.show(['012345678', 'phase']);
  assert.deepEqual(lines(), ['before', '012345678', 'phase']);
});
