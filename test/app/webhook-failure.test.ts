import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webhookFailure, withoutExplainedFailures } from '../../src/app/webhook-failure.ts';
import { ApiError } from '../../src/core/errors.ts';

const refusal = (status: number, message: string) => new ApiError(message, { status, reason: 'InternalError' });
const FAILED = 'internal error: failed calling webhook "guard.example.com": Post "https://guard.guard.svc": no service';

test('a webhook that cannot be called is told by its name, whatever object it was asked about', () => {
  const told = ['Deployment.apps/shop/cart', 'Service/shop/cart'].map((object) =>
    webhookFailure(refusal(500, `dry-run apply ${object}: ${FAILED}`)),
  );
  assert.deepEqual(told[0], told[1]);
  assert.match(
    told[0]?.message ?? '',
    /^webhook guard\.example\.com, .* fails: Post "https:\/\/guard\.guard\.svc": no service$/,
  );
  assert.equal(webhookFailure(refusal(403, FAILED)), undefined);
  assert.equal(webhookFailure(refusal(500, 'etcdserver: request timed out')), undefined);
});

test('where a check knows why, the failure is not told once more', () => {
  const failure = webhookFailure(refusal(500, FAILED));
  assert.ok(failure);
  const found = (message: string) => ({ id: 'webhook-without-endpoints', severity: 'blocker', message }) as const;
  const why = found('ValidatingWebhookConfiguration/guard: Service/guard/guard does not exist (guard.example.com)');
  assert.deepEqual(withoutExplainedFailures([why, failure]), [why]);
  const another = found('ValidatingWebhookConfiguration/other: Service/other/other does not exist (other.example.com)');
  assert.deepEqual(withoutExplainedFailures([another, failure]), [another, failure]);
});
