import { ApiError, EXIT, NoAnswer, type StatusCause, UpgradeError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { codeOf, type Safety } from './retry.ts';
import { type Answer, BrokenAnswer, RequestTimeout } from './transport.ts';

/**
 * A refusal as an error.
 * @param what was asked: `get Deployment.apps/istio-system/istio-pilot`
 */
export function apiError(what: string, answer: Answer): ApiError {
  const status = statusOf(answer.text);
  const reason = stringAt(status.reason) ?? '';
  const message = stringAt(status.message) ?? plainText(answer);
  return new ApiError(`${what}: ${withReason(reason, message)}`, {
    status: answer.status,
    reason,
    causes: causesOf(status),
    hint: hintFor(answer.status, message),
  });
}

/** @returns the `Status` object that a server refuses with; empty when the answer is something else */
function statusOf(text: string): JsonObject {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) && value.kind === 'Status' ? value : {};
  } catch {
    return {};
  }
}

/** Proxies and unserved paths answer in plain text or HTML. */
function plainText(answer: Answer): string {
  const line = answer.text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return line.startsWith(String(answer.status)) ? line : `${answer.status} ${line}`.trim();
}

/** `Forbidden`, `pods "a" is forbidden: User …` → `forbidden: User …` */
function withReason(reason: string, message: string): string {
  if (reason === '') return message;
  const word = reason.replace(/(?<!^)([A-Z])/g, ' $1').toLowerCase();
  const rest = message.replace(/^\S+(?: "[^"]*")? is (?:forbidden|invalid): /, '');
  return rest.toLowerCase() === word ? word : `${word}: ${rest}`;
}

function causesOf(status: JsonObject): readonly StatusCause[] {
  return listAt(valueAt(status, 'details', 'causes')).map((cause) => ({
    reason: stringAt(valueAt(cause, 'reason')) ?? '',
    message: stringAt(valueAt(cause, 'message')) ?? '',
    field: stringAt(valueAt(cause, 'field')) ?? '',
  }));
}

function hintFor(status: number, message: string): string | undefined {
  if (status === 401)
    return 'the token or client certificate is invalid or has expired: log in again, or choose another --context';
  if (status === 403) return rightsHint(message);
  if (status === 429) return 'the server is overloaded: try again later, or with a lower --concurrency';
  return status >= 500 ? 'the server, or a webhook that it calls, is in trouble: try again' : undefined;
}

const CANNOT =
  /User "([^"]*)" cannot (\S+) (?:resource "([^"]*)" in API group "([^"]*)"|path "([^"]*)")(?: in the namespace "([^"]*)")?/;

/** Who lacks which right, from the authorizer's sentence; other refusals (quota, admission) say enough themselves. */
function rightsHint(message: string): string | undefined {
  const [, user, verb, resource, group, path, namespace] = CANNOT.exec(message) ?? [];
  if (user === undefined) return undefined;
  const target = path ?? (group ? `${resource}.${group}` : resource);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return `${user} needs the right to ${verb} ${target}${where}`;
}

/** What to say about a connection that failed: by the system's error code. */
const FAILURES: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ECONNREFUSED: ['connection refused', 'is the API server running, and is the address right?'],
  ENOTFOUND: ['its name cannot be resolved', 'check the server in the kubeconfig, the network and the VPN'],
  EAI_AGAIN: ['its name cannot be resolved now', 'check the network and the VPN'],
  EHOSTUNREACH: ['host unreachable', 'check the network and the VPN'],
  ENETUNREACH: ['network unreachable', 'check the network and the VPN'],
  ETIMEDOUT: ['connection timed out', 'check the network and the VPN'],
  ECONNRESET: ['the connection was reset', 'a proxy or load balancer in between may have cut it: try again'],
  EPIPE: ['the connection was reset', 'a proxy or load balancer in between may have cut it: try again'],
  EPROTO: ['it does not speak TLS', 'should the server begin with http:// instead?'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'renew the certificate of the API server'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'give the name in it with --tls-server-name'],
  ERR_PROXY_TUNNEL: ['the proxy refused to connect', 'check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY'],
};

const UNKNOWN_AUTHORITY = /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED)/;

export interface Unanswered {
  readonly what: string;
  /** The server's URL. */
  readonly address: string;
  readonly safety: Safety;
}

/** An error for a request to which no whole answer came. An error that explains itself already is left as it is. */
export function noAnswer({ what, address, safety }: Unanswered, cause: unknown): UpgradeError {
  if (cause instanceof UpgradeError) return cause;
  const [message, hint] = explain(cause);
  if (safety === 'write' && isMaybeDone(cause)) {
    const unknown = 'whether the change was made is not known';
    return new NoAnswer(`${what}: no answer from ${address}: ${message}; ${unknown}`, {
      hint: 'look at the object, then run the command again: it goes on from what it finds',
      cause,
    });
  }
  return new NoAnswer(`${what}: cannot reach ${address}: ${message}`, { hint, exit: EXIT.failed, cause });
}

function explain(cause: unknown): readonly [message: string, hint: string | undefined] {
  if (cause instanceof BrokenAnswer)
    return [cause.message, 'a proxy or load balancer in between may have cut it: try again'];
  if (cause instanceof RequestTimeout) return [cause.message, 'give it more time with --request-timeout'];
  const code = codeOf(cause) ?? '';
  if (UNKNOWN_AUTHORITY.test(code)) {
    return ['its certificate is signed by an unknown authority', 'name the authority with --certificate-authority'];
  }
  return FAILURES[code] ?? [cause instanceof Error ? cause.message : String(cause), undefined];
}

/** Whether the request may have arrived. */
function isMaybeDone(cause: unknown): boolean {
  return (
    cause instanceof RequestTimeout ||
    cause instanceof BrokenAnswer ||
    codeOf(cause) === 'ECONNRESET' ||
    codeOf(cause) === 'EPIPE'
  );
}
