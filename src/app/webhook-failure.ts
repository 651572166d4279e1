import type { ApiError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';

/** Why nothing was tried on a server, for the notes of a change. */
export const WEBHOOK_FAILED = 'an admission webhook that the server calls does not answer';

// The words of the API server; it quotes the webhook's name (staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/errors, v1.20).
const FAILURE = /failed calling webhook "([^"]+)": (.*)$/s;

/**
 * What a write is refused with when a webhook that has to be asked cannot be: the same for every object that it is asked about, and
 * so told once.
 * @returns undefined for any other refusal
 */
export function webhookFailure({ status, message }: ApiError): Problem | undefined {
  const [, name, why] = FAILURE.exec(message) ?? [];
  if (status !== 500 || name === undefined || why === undefined) return undefined;
  return {
    id: 'webhook-failed',
    severity: 'blocker',
    message: `webhook ${name}, which the API server asks before it writes, fails: ${why}`,
    hint: 'bring its server back, or delete its configuration if what it belongs to is gone',
  };
}

/** Where a check has found out why such a webhook does not answer, that is enough. */
export function withoutExplainedFailures(problems: readonly Problem[]): readonly Problem[] {
  const explained = problems.filter(({ id }) => id === 'webhook-without-endpoints').map(({ message }) => message);
  return problems.filter(({ id, message }) => {
    const [, name = ''] = /^webhook (\S+),/.exec(message) ?? [];
    return id !== 'webhook-failed' || !explained.some((text) => text.includes(name));
  });
}
