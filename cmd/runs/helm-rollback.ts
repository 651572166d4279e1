import { makeRollback } from '../../src/app/make-rollback.ts';
import type { Cluster } from '../../src/app/ports.ts';
import type { RunContext } from '../../src/app/run-plan.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { preImages } from '../../src/journal/pre-images.ts';
import { openHelm } from '../../src/programs/helm.ts';
import { helmReleases } from '../../src/programs/helm-releases.ts';
import { manifestObjects } from '../../src/release/helm-manifest.ts';
import { helmRecords } from '../../src/release/helm-records.ts';
import type { ConnectionArguments } from '../flags/connection-flags.ts';
import { helmConnection } from '../request/helm-connection.ts';
import type { Shell } from '../shell.ts';
import { stateDirectory } from './state-directory.ts';

export interface HelmBackArguments extends ConnectionArguments {
  readonly istioNamespace: string;
  readonly helm?: string | undefined;
  readonly stateDir?: string | undefined;
}

/** The way back from an upgrade that was made Helm's way. */
export function planHelmBack({ istioNamespace }: HelmBackArguments, cluster: Cluster): Promise<Plan> {
  return makeRollback({ istioNamespace, records: helmRecords }, cluster);
}

/**
 * What such a plan is carried out with.
 * @throws UpgradeError (exit 2) for a flag that Helm cannot be given
 */
export async function helmEdgesBack(args: HelmBackArguments, shell: Shell): Promise<Pick<RunContext, 'helm' | 'keep'>> {
  const connection = connectionForHelm(args);
  const program = await openHelm({ path: args.helm, env: shell.env });
  const helm = helmReleases(program, {
    prepareChart: async () => {
      throw new Error('going back needs no chart');
    },
    values: [],
    connection,
    objectsOf: manifestObjects,
  });
  return { helm, keep: preImages(stateDirectory(args.stateDir, shell)) };
}

function connectionForHelm(args: ConnectionArguments): readonly string[] {
  const { flags, unknown } = helmConnection(args);
  const [flag] = unknown;
  if (flag === undefined) return flags;
  throw new UpgradeError(`${flag}: Helm, which goes back, has no such flag`, {
    exit: EXIT.usage,
    hint: 'put it into a context of a kubeconfig, and name that with --context',
  });
}
