import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreNodeOptions } from '../../cmd/node-options.ts';

test('what the launcher kept from this Node.js is there again for programs that are started', () => {
  const env: Record<string, string | undefined> = { HOME: '/h', ISTIO_UPGRADE_NODE_OPTIONS: '--require x.js' };
  restoreNodeOptions(env);
  assert.deepEqual(env, { HOME: '/h', NODE_OPTIONS: '--require x.js' });
});

test('without a launcher the environment is left as it is', () => {
  const env = { NODE_OPTIONS: '--no-deprecation' };
  restoreNodeOptions(env);
  assert.deepEqual(env, { NODE_OPTIONS: '--no-deprecation' });
});
