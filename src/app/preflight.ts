import type { Access } from '../core/access.ts';
import { kindText, type ObjectRef } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { Check, CheckContext, CheckRead, Seen } from '../plan/check.ts';
import type { Selection } from '../plan/later-reads.ts';
import { laterAccesses } from './read-mesh.ts';
import type { ListRequest } from './read-state.ts';

/** What checks are found from besides the snapshot. */
export type CheckInputs = Omit<CheckContext, 'isUnread'> & {
  /** Kinds of which a list may not be read, as `kindText` writes them. */
  readonly unread: ReadonlySet<string>;
};

/** The lists that checks look at; of kinds that the server does not serve, none. */
export function checkLists(
  checks: readonly Check[],
  { resources, istioNamespace }: { readonly resources: ApiResources; readonly istioNamespace: string },
): readonly ListRequest[] {
  return checks
    .flatMap((check) => check.reads ?? [])
    .flatMap((read) =>
      servedVersions(resources, read)
        .slice(0, 1)
        .map((resource) => ({ resource, query: queryOf(read, istioNamespace), isOptional: read.isOptional === true })),
    );
}

function queryOf({ namespace, labelSelector, isMetadataOnly }: CheckRead, istioNamespace: string) {
  return { namespace: namespace === 'istio' ? istioNamespace : namespace, labelSelector, isMetadataOnly };
}

/** What is read for checks, whatever they find. */
export function checkAccesses(checks: readonly Check[], istioNamespace: string): readonly Access[] {
  const lists = checks
    .flatMap(({ reads = [] }) => reads)
    .map((read) => ({
      group: read.group,
      kind: read.kind,
      verbs: ['list'],
      namespace: queryOf(read, istioNamespace).namespace,
    }));
  const besides = checks.flatMap(({ readsBesides }) => readsBesides?.kinds ?? []);
  return [...lists, ...laterAccesses(besides, istioNamespace)];
}

/** What checks look at besides, now that the rest is read. */
export function checkSelections(checks: readonly Check[], seen: Seen): readonly Selection[] {
  const all = checks.flatMap((check) => check.readsBesides?.select(seen) ?? []);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Everything that checks find, check by check. */
export function findProblems(checks: readonly Check[], { unread, ...inputs }: CheckInputs): readonly Problem[] {
  const isUnread = (kind: Pick<ObjectRef, 'group' | 'kind'>) => unread.has(kindText(kind));
  const context: CheckContext = { ...inputs, isUnread };
  return checks.flatMap((check) => check.find(context).map((finding) => asProblem(check, finding)));
}

function asProblem(
  { id, severity }: Check,
  { message, ref, hint, ...own }: ReturnType<Check['find']>[number],
): Problem {
  return { id, severity: own.severity ?? severity, message, ref, hint };
}

/** What is ignored is still told, and blocks nothing. */
export function withoutIgnored(problems: readonly Problem[], ignored: readonly string[]): readonly Problem[] {
  return problems.map((problem) =>
    problem.severity === 'blocker' && ignored.includes(problem.id)
      ? { ...problem, severity: 'warning', message: `ignored: ${problem.message}` }
      : problem,
  );
}

/** The same list may be asked for twice, and is then refused twice. */
export function withoutRepeated(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.id} ${problem.message}`, problem])).values()];
}
