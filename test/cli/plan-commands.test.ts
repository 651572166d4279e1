import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownWords } from '../../cmd/flags/shown-words.ts';
import { planCommands } from '../../cmd/screen/plan-commands.ts';

const commands = (line: string, args: Parameters<typeof planCommands>[1] = {}) => {
  const { plan, apply, back } = planCommands({ argv: line.split(' ') }, args);
  return { plan: plan.join(' '), apply: apply.join(' '), back: back?.join(' ') };
};

test('the plan is applied with the flags that it was made with, and taken back on the same cluster', () => {
  assert.deepEqual(commands('plan -f a.yaml --context prod -i mesh --phase config -o markdown'), {
    plan: 'plan -f a.yaml --context prod -i mesh --phase config',
    apply: 'apply -f a.yaml --context prod -i mesh --phase config',
    back: 'rollback --context prod -i mesh',
  });
});

test('how it is shown is no part of it, however it is written', () => {
  const shown =
    '-o=markdown --output markdown --output=markdown -q --quiet --color never --context-lines=5 --show-managed-fields';
  const kept = '--detailed-exitcode --write-manifests dir';
  assert.equal(commands(`plan --release 1.2.10 ${shown} ${kept} --prune`).apply, 'apply --release 1.2.10 --prune');
});

test('a saved plan is applied from its file', () => {
  const { apply } = commands('plan -f a.yaml --context prod --out up.plan -o markdown', { out: 'up.plan' });
  assert.equal(apply, 'apply up.plan --context prod');
});

test('from a file of objects there is no way back but a copy of it', () => {
  assert.equal(commands('plan --snapshot mesh.yaml -f a.yaml', { snapshot: 'mesh.yaml' }).back, undefined);
});

test('what may be secret is not shown: a token, and what Helm is to set', () => {
  const words = '--token t --token=t --set a.b=c,d=e --set=a=b=c --set-string x=y --values v.yaml -n shop';
  assert.equal(
    shownWords(words.split(' ')).join(' '),
    '--token *** --token=*** --set a.b=*** --set=a=*** --set-string x=*** --values v.yaml -n shop',
  );
});
