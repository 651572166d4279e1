import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns } from '../../src/render/columns.ts';
import { COLOURED, PLAIN } from '../../src/render/style.ts';

test('a column is as wide as its widest cell, and nothing follows the last one', () => {
  const rows = [
    ['NAME', 'PODS', 'WHY'],
    ['a-long-name', '3', ''],
    ['b', '12', 'because'],
  ];
  assert.equal(columns(rows, PLAIN), 'NAME         PODS  WHY\na-long-name  3\nb            12    because');
});

test('an empty cell keeps its place', () => {
  assert.equal(
    columns(
      [
        ['A', 'B', 'C'],
        ['', 'x', ''],
        ['', '', 'y'],
      ],
      PLAIN,
    ),
    'A  B  C\n   x\n      y',
  );
});

test('colour takes no room', () => {
  const text = columns(
    [
      [{ text: 'bad', style: 'error' }, 'x'],
      ['worse', 'y'],
    ],
    COLOURED,
  );
  assert.equal(text, '\u001b[31mbad\u001b[39m    x\nworse  y');
});

test('a cell cannot command the terminal or break its row', () => {
  assert.equal(columns([['a\u001b[2Jb\nc\td', 'x']], PLAIN), 'a\\u001b[2Jb c d  x');
});
