import { startControlPlane } from '../../../test/cluster/harness/control-plane.ts';
import { compare } from '../compare.ts';
import { createCustomResources, KINDS } from '../custom-resources.ts';
import type { Part } from '../part.ts';
import { listsIn, plainReading } from '../plain-reading.ts';
import { plugin } from '../plugin.ts';
import { runProgram } from '../run-program.ts';

/** `check` over users' configuration of every kind, against plain requests for it, and for all that it reads. */
export const customResources: Part = async function* ({ rounds }) {
  const cluster = await startControlPlane();
  try {
    await cluster.stopControllers();
    await createCustomResources(cluster);
    // Blockers are findings like any other here.
    const check = plugin(['check', '--request-timeout', '0'], {
      env: { KUBECONFIG: cluster.kubeconfig() },
      exits: [0, 3],
    });
    const { err } = await runProgram({ ...check, argv: [...check.argv, '-v', '6'] });
    const all = listsIn(err);
    const custom = all.filter((path) => KINDS.some(({ group }) => path.includes(`/${group}/`)));
    for (const [what, lists] of Object.entries({ 'custom resources': custom, 'all that it reads': all })) {
      const run = { ours: [check], theirs: [plainReading(cluster, lists)] };
      yield await compare({ ours: 'check, 10000 custom resources', theirs: `reading ${what}`, run }, rounds);
    }
  } finally {
    await cluster.stop();
  }
};
