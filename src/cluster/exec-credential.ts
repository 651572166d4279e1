import { spawn } from 'node:child_process';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, objectAt, stringAt } from '../core/json.ts';
import type { ExecEntry } from './kubeconfig-entry.ts';
import type { Environment } from './proxy.ts';

export interface ExecRequest {
  readonly exec: ExecEntry;
  readonly env: Environment;
  /** Whether somebody at a terminal can answer what the plugin asks. */
  readonly interactive: boolean;
  /** It runs without a terminal, where what it says would not be expected, until this fires. */
  readonly unattended?: AbortSignal | undefined;
  /** Called before the plugin has the terminal, and what it returns after that. */
  readonly holdTerminal?: (() => () => void) | undefined;
  /** The cluster as the plugin sees it, where it wants to. */
  readonly cluster: JsonObject;
}

export interface ExecStatus {
  readonly token: string | undefined;
  readonly clientCertificateData: string | undefined;
  readonly clientKeyData: string | undefined;
  /** Milliseconds since the epoch; Infinity when it does not say. */
  readonly expires: number;
}

/**
 * Runs a credential plugin the way client-go does: with `KUBERNETES_EXEC_INFO`, its messages on the terminal, and
 * the keyboard when somebody sits there. (client-node's own runner gives it neither.)
 * @throws UpgradeError when it cannot be run, fails, or does not print an ExecCredential
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats
 */
export async function runCredentialPlugin(request: ExecRequest): Promise<ExecStatus> {
  const { exec } = request;
  if (exec.command === '')
    throw new UpgradeError('the credential plugin of this user has no command', { exit: EXIT.usage });
  if (exec.interactiveMode === 'Always' && !request.interactive) {
    throw new UpgradeError(`credential plugin ${exec.command} needs a terminal, and standard input is not one`, {
      exit: EXIT.usage,
    });
  }
  const letGo = request.holdTerminal?.();
  try {
    return readStatus(exec, await outputOf(request));
  } finally {
    letGo?.();
  }
}

/** The ExecCredential that the plugin finds in `KUBERNETES_EXEC_INFO`. */
export function execInfo({ exec, interactive, cluster }: ExecRequest): string {
  const spec = {
    ...(exec.provideClusterInfo ? { cluster } : {}),
    interactive: interactive && exec.interactiveMode !== 'Never',
  };
  return JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec });
}

function outputOf(request: ExecRequest): Promise<string> {
  const { exec, unattended } = request;
  const reads = request.interactive && exec.interactiveMode !== 'Never';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const plugin = spawn(exec.command, exec.args, {
    stdio: [reads ? 'inherit' : 'ignore', 'pipe', unattended ? 'ignore' : 'inherit'],
    // In a session of its own it cannot open /dev/tty to ask there.
    ...(unattended ? { detached: true, signal: unattended, killSignal: 'SIGKILL' } : {}),
    env: { ...request.env, ...exec.env, KUBERNETES_EXEC_INFO: execInfo(request) },
  });
  let output = '';
  plugin.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  plugin.on('error', (cause) => reject(failure(exec, cause.message, cause)));
  plugin.on('close', (code, signal) => {
    if (code === 0) resolve(output);
    else reject(failure(exec, signal === null ? `exit code ${code}` : `killed by ${signal}`));
  });
  return promise;
}

function readStatus(exec: ExecEntry, output: string): ExecStatus {
  const answer = parseAnswer(exec, output);
  const status = objectAt(answer.status);
  const token = stringAt(status.token);
  const clientCertificateData = stringAt(status.clientCertificateData);
  if (answer.kind !== 'ExecCredential' || (token === undefined && clientCertificateData === undefined)) {
    throw failure(exec, 'it printed no ExecCredential with a token or a certificate');
  }
  const expires = Date.parse(stringAt(status.expirationTimestamp) ?? '');
  return {
    token,
    clientCertificateData,
    clientKeyData: stringAt(status.clientKeyData),
    expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires,
  };
}

/** The output itself is a secret, so it never gets into a message. */
function parseAnswer(exec: ExecEntry, output: string): JsonObject {
  try {
    const answer: Json = JSON.parse(output);
    if (isObject(answer)) return answer;
  } catch {
    // said below, without the text
  }
  throw failure(exec, 'its output is not a JSON object');
}

function failure(exec: ExecEntry, what: string, cause?: unknown): UpgradeError {
  const hint =
    exec.installHint ?? 'the user entry of the kubeconfig names this command: run it by hand, or log in again';
  return new UpgradeError(`credential plugin ${exec.command} failed: ${what}`, { hint, cause });
}
