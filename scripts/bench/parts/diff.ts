import { RECENT_KUBECTL, recentKubectl } from '../../../test/programs/recent-kubectl.ts';
import { compare } from '../compare.ts';
import { startUpgradable } from '../control-plane.ts';
import type { Part } from '../part.ts';
import { plugin } from '../plugin.ts';

/** The plan of a control plane alone, against what kubectl says of the same objects. */
export const diff: Part = async function* ({ rounds }) {
  const { cluster, file, objects } = await startUpgradable();
  try {
    const env = { KUBECONFIG: cluster.kubeconfig() };
    const argv = [recentKubectl(), 'diff', '--server-side', '--force-conflicts', '-f', file];
    yield await compare(
      {
        ours: `plan of ${objects} objects`,
        theirs: `kubectl ${RECENT_KUBECTL.version} diff --server-side`,
        run: { ours: [plugin(['plan', '-f', file], { env })], theirs: [{ argv, env, exits: [1] }] },
      },
      rounds,
    );
  } finally {
    await cluster.stop();
  }
};
