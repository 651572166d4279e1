import type { TestCluster } from '../../../test/cluster/harness/cluster.ts';
import { startControlPlane } from '../../../test/cluster/harness/control-plane.ts';
import { standInKubelet } from '../../../test/cluster/harness/kubelet.ts';
import { seedIstio11 } from '../../../test/cluster/harness/seed.ts';
import { release12 } from '../../../test/cluster/istio-1.2.ts';
import { membersOf, SERVICES } from '../big-mesh.ts';
import { compare, type Result } from '../compare.ts';
import { addMembers, createNamespaces } from '../grow-mesh.ts';
import type { Part } from '../part.ts';
import { listsIn, plainReading } from '../plain-reading.ts';
import { plugin, withNodeOptions } from '../plugin.ts';
import { type Program, runProgram } from '../run-program.ts';

const MANIFEST = 'control-plane-mtls.yaml';
const ALL_PHASES = ['crds', 'config', 'control-plane', 'data-plane'].flatMap((phase) => ['--phase', phase]);
// What V8 takes grows with the rate of garbage; what the program needs is what it can live in.
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=2'];
// A busy machine is slow for either.
const PATIENT = ['--request-timeout', '0'];
// Blockers are findings like any other here.
const EXITS = [0, 3];

/** A mesh that grows, against plain requests for the pages of the lists that each run has read. */
export const mesh: Part = async function* ({ rounds, sizes }) {
  const cluster = await startControlPlane();
  try {
    const kubelet = await standInKubelet(cluster);
    await seedIstio11(cluster, { manifests: MANIFEST });
    // From now on pods are written as they would be; nothing shall add or collect any.
    kubelet.stop();
    await cluster.stopControllers();
    await createNamespaces(cluster);
    let made = 0;
    for (const size of sizes) {
      const members = membersOf(size);
      await addMembers(cluster, members.slice(made));
      made = members.length;
      for (const [name, program] of programs(cluster)) yield await against(cluster, { name, program, size, rounds });
    }
  } finally {
    await cluster.stop();
  }
};

function programs(cluster: TestCluster): readonly (readonly [string, Program])[] {
  const { flags } = release12(MANIFEST);
  const as = (user: 'admin' | 'reader') => ({ env: { KUBECONFIG: cluster.kubeconfig(user) }, exits: EXITS });
  const status = plugin(['status', ...PATIENT], as('admin'));
  return [
    ['plan', plugin(['plan', ...flags, ...PATIENT], as('admin'))],
    ['plan, rights to read alone', plugin(['plan', ...flags, ...PATIENT], as('reader'))],
    ['plan, all phases', plugin(['plan', ...flags, ...ALL_PHASES, '-A', ...PATIENT], as('admin'))],
    ['check', plugin(['check', ...PATIENT], as('admin'))],
    ['status', status],
    ['status, heap of 64 MiB', withNodeOptions(status, SMALL_HEAP)],
  ];
}

interface Compared {
  readonly name: string;
  readonly program: Program;
  readonly size: number;
  readonly rounds: number;
}

async function against(cluster: TestCluster, { name, program, size, rounds }: Compared): Promise<Result> {
  const { err } = await runProgram({ ...program, argv: [...program.argv, '-v', '6'] });
  const lists = listsIn(err);
  return compare(
    {
      ours: `${name}, ${Math.round(SERVICES * size)} services`,
      theirs: `reading ${lists.length} lists`,
      run: { ours: [program], theirs: [plainReading(cluster, lists)] },
    },
    rounds,
  );
}
