import { join } from 'node:path';
import { rolledOut } from '../../../test/cluster/harness/rollout.ts';
import { ISTIO_SYSTEM } from '../../../test/cluster/harness/seed.ts';
import { RECENT_KUBECTL, recentKubectl } from '../../../test/programs/recent-kubectl.ts';
import { compare } from '../compare.ts';
import { startUpgradable } from '../control-plane.ts';
import type { Part } from '../part.ts';
import { plugin } from '../plugin.ts';

/**
 * The same objects onto the same cluster, restored before each run. This tool plans, hands ownership over, keeps what was there, waits for every
 * rollout and verifies, without pauses; kubectl writes, and then waits for the same rollouts.
 */
export const apply: Part = async function* ({ rounds }) {
  const { cluster, file, objects } = await startUpgradable();
  try {
    const env = { KUBECONFIG: cluster.kubeconfig() };
    const kubectl = (...args: readonly string[]) => ({ argv: [recentKubectl(), ...args], env });
    const keeping = ['--settle', '0', '--state-dir', join(cluster.directory, 'runs')];
    const saved = await cluster.saveState();
    yield await compare(
      {
        ours: `apply of ${objects} objects`,
        theirs: `kubectl ${RECENT_KUBECTL.version} apply --server-side, rollout status`,
        run: {
          ours: [plugin(['apply', '-f', file, '--yes', ...keeping], { env })],
          theirs: [
            kubectl('apply', '--server-side', '--force-conflicts', '-f', file),
            kubectl('rollout', 'status', 'deployment', '--namespace', ISTIO_SYSTEM),
          ],
        },
        before: async () => {
          await cluster.restoreState(saved);
          await rolledOut(cluster, ISTIO_SYSTEM);
        },
      },
      rounds,
    );
  } finally {
    await cluster.stop();
  }
};
