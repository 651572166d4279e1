import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Json, numberAt, stringAt, valueAt } from '../../../src/core/json.ts';
import type { TestCluster } from './cluster.ts';
import type { User } from './users.ts';

/** A request as RBAC judges it. */
export interface AuditedRequest {
  readonly verb: string;
  readonly group: string;
  /** Plural name, with its subresource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
}

const POLICY = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n';

/** What makes an API server write down every request. */
export function auditArguments(directory: string): readonly string[] {
  const policy = path.join(directory, 'audit-policy.yaml');
  writeFileSync(policy, POLICY);
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${logIn(directory)}`, '--audit-log-mode=blocking'];
}

/** What a user has asked of objects so far, in order. */
export function auditedRequests({ directory }: TestCluster, user: User): readonly AuditedRequest[] {
  const lines = readFileSync(logIn(directory), 'utf8').split('\n');
  const events = lines.filter((line) => line.includes(`"username":"${user}"`)).map((line): Json => JSON.parse(line));
  return events.filter((event) => valueAt(event, 'objectRef', 'resource') !== undefined).map(requestOf);
}

function requestOf(event: Json): AuditedRequest {
  const text = (key: string): string => stringAt(valueAt(event, 'objectRef', key)) ?? '';
  const resource = [text('resource'), text('subresource')].filter((part) => part !== '').join('/');
  return {
    verb: stringAt(valueAt(event, 'verb')) ?? '',
    group: text('apiGroup'),
    resource,
    namespace: text('namespace'),
    name: text('name'),
    status: numberAt(valueAt(event, 'responseStatus', 'code')) ?? 0,
  };
}

function logIn(directory: string): string {
  return path.join(directory, 'audit.log');
}
