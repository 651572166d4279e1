// Kills the whole upgrade before and after every one of its writes, on a real API server with Istio's real manifests, and sees each time that a second run
// ends in the undisturbed run's state and a rollback in the state before:
//   node scripts/kill-everywhere.ts [PROGRESS]
// A few hours. What was tried is noted in the file PROGRESS (default: dist/kill-everywhere.ndjson); started again, it goes on behind it. Needs the
// cluster tests' programs and the manifests (README, "Two commands").
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { startControlPlane } from '../test/cluster/harness/control-plane.ts';
import { startGalley } from '../test/cluster/harness/galley.ts';
import { POINTS_A_WRITE, pointText, surviveKill, undisturbed } from '../test/cluster/harness/kill-points.ts';
import { standInKubelet } from '../test/cluster/harness/kubelet.ts';
import { seedMigratedMesh } from '../test/cluster/harness/migrated-mesh.ts';
import { rolledOut } from '../test/cluster/harness/rollout.ts';
import { ISTIO_SYSTEM } from '../test/cluster/harness/seed.ts';
import { release12 } from '../test/cluster/istio-1.2.ts';

const progress = process.argv[2] ?? 'dist/kill-everywhere.ndjson';

interface Tried {
  readonly point: number;
  readonly what: string;
  readonly verdict: 'survived' | 'failed';
  readonly why?: string;
}

function triedBefore(): readonly Tried[] {
  if (!existsSync(progress)) return [];
  const lines = readFileSync(progress, 'utf8').split('\n').filter(Boolean);
  return lines.map((line): Tried => JSON.parse(line));
}

function note(tried: Tried): void {
  appendFileSync(progress, `${JSON.stringify(tried)}\n`);
  process.stdout.write(`${String(tried.point).padStart(4)}  ${tried.verdict.padEnd(8)}  ${tried.what}\n`);
  if (tried.why !== undefined) process.stdout.write(`      ${tried.why}\n`);
}

mkdirSync(dirname(progress), { recursive: true });
const done = new Set(triedBefore().map(({ point }) => point));
const cluster = await startControlPlane();
try {
  await standInKubelet(cluster);
  await seedMigratedMesh(cluster);
  await (await startGalley(cluster)).register();
  await rolledOut(cluster, ISTIO_SYSTEM);
  const upgrade = { cluster, seeded: await cluster.saveState(), flags: release12('control-plane.yaml').flags };
  const whole = await undisturbed(upgrade);
  const points = whole.entries.length * POINTS_A_WRITE;
  process.stdout.write(`${points} points, ${done.size} of them tried before\n`);
  for (let point = 0; point < points; point += 1) {
    if (done.has(point)) continue;
    const what = pointText(point, whole);
    await surviveKill(point, upgrade, whole).then(
      () => note({ point, what, verdict: 'survived' }),
      (error: unknown) =>
        note({ point, what, verdict: 'failed', why: error instanceof Error ? error.message : String(error) }),
    );
  }
} finally {
  await cluster.stop();
}
const all = triedBefore();
const failed = all.filter(({ verdict }) => verdict === 'failed');
process.stdout.write(`${all.length} points tried, ${all.length - failed.length} survived, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
