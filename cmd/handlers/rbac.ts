import { makeRoles } from '../../src/app/make-roles.ts';
import type { RoleCommand } from '../../src/core/access.ts';
import { EXIT, type ExitCode } from '../../src/core/errors.ts';
import { DEFAULT_PHASES, isInstalling, isPhase } from '../../src/core/phase.ts';
import { HOPS } from '../../src/hops/index.ts';
import { dataJson } from '../../src/render/data-text.ts';
import { rolesYaml } from '../../src/render/roles-text.ts';
import type { ConnectionArguments } from '../flags/connection-flags.ts';
import type { RBAC_OUTPUTS, RBAC_STRATEGIES } from '../flags/rbac-flags.ts';
import { openCluster } from '../open-cluster.ts';
import { readTarget } from '../request/read-target.ts';
import { openRelease, type ReleaseArguments, withRendered } from '../request/release-request.ts';
import { subjectsFrom } from '../request/subjects.ts';
import type { Shell } from '../shell.ts';

export interface RbacCommand extends ConnectionArguments, Omit<ReleaseArguments, 'quiet'> {
  readonly for: RoleCommand;
  readonly phase?: readonly string[] | undefined;
  readonly istioNamespace: string;
  readonly evict: boolean;
  readonly prune: boolean;
  readonly secrets: boolean;
  readonly strategy: (typeof RBAC_STRATEGIES)[number];
  readonly subject?: readonly string[] | undefined;
  readonly output: (typeof RBAC_OUTPUTS)[number];
  readonly snapshot?: string | undefined;
}

/** Prints the roles that a command line needs; asks the cluster what it serves, and with `--release` what is live. */
export async function runRbacCommand(args: RbacCommand, shell: Shell): Promise<ExitCode> {
  const { for: command, istioNamespace, prune, namespace, evict: evicts, secrets: readsSecrets, output } = args;
  const phases = (args.phase ?? DEFAULT_PHASES).filter(isPhase);
  const subjects = subjectsFrom(args.subject);
  const release = await openRelease({ ...args, quiet: false }, shell);
  try {
    const target = await readTarget(args.filename, shell);
    const { cluster } = await openCluster(args, shell);
    try {
      const rendered = await withRendered({ istioNamespace, target }, release, cluster);
      const dataPlane = { namespace, evicts };
      const byHelm = args.strategy === 'helm' && isInstalling(phases);
      const asked = { command, phases, prune, byHelm, dataPlane, hops: HOPS, readsSecrets, subjects };
      const roles = await makeRoles({ ...rendered, ...asked }, cluster);
      const list = { apiVersion: 'v1', kind: 'List', items: roles };
      shell.out(output === 'json' ? dataJson(list) : rolesYaml(roles, { command, readsSecrets, byHelm }));
      return EXIT.done;
    } finally {
      await cluster.close();
    }
  } finally {
    await release?.close();
  }
}
