import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { refText } from '../../../src/core/object.ts';
import type { JournalEntry } from '../../../src/core/run.ts';
import { keptRuns } from '../../../src/journal/kept-runs.ts';
import { ROOT, run } from '../../cli/run.ts';
import { differences } from '../compare.ts';
import type { TestCluster } from './cluster.ts';
import type { SavedState } from './etcd.ts';
import { forgetLease } from './forget-lease.ts';
import { type MeshState, stateOf } from './mesh-state.ts';
import { rolledOut } from './rollout.ts';
import { ISTIO_SYSTEM } from './seed.ts';
import { eventually } from './waiting.ts';

/** Points for each write of a run: its pre-image is not kept yet; is kept; it is written; that is kept. */
export const POINTS_A_WRITE = 4;
const WHEN = [
  'before its pre-image is kept',
  'before it is written',
  'before its result is kept',
  'after its result is kept',
];
const KILLER = join(import.meta.dirname, 'kill-at-line.ts');

export interface Upgrade {
  readonly cluster: TestCluster;
  /** What runs start from. */
  readonly seeded: SavedState;
  readonly flags: readonly string[];
}

export interface Undisturbed {
  readonly start: MeshState;
  readonly end: MeshState;
  readonly entries: readonly JournalEntry[];
}

/** One run from beginning to end: what there is before and after it, and its writes. */
export async function undisturbed(upgrade: Upgrade): Promise<Undisturbed> {
  const { cluster, seeded } = upgrade;
  await begin(cluster, seeded);
  const start = await stateOf(cluster);
  const state = stateDirectory(cluster, 'undisturbed');
  await applied(upgrade, state);
  const [kept] = await keptRuns(state);
  assert.ok(kept);
  return { start, end: await stateOf(cluster), entries: kept.entries };
}

/** In words, where a run was killed. */
export function pointText(point: number, { entries }: Undisturbed): string {
  const entry = entries[Math.floor(point / POINTS_A_WRITE)];
  if (entry === undefined) return 'behind its last write';
  return `${entry.verb} ${refText(entry.ref)}, ${WHEN[point % POINTS_A_WRITE]}`;
}

/**
 * Kills a run at a point, and then sees that another one ends in the undisturbed run's state, and that a rollback ends in the state before.
 * @throws AssertionError with what is different
 */
export async function surviveKill(point: number, upgrade: Upgrade, { start, end }: Undisturbed): Promise<void> {
  const { cluster, seeded } = upgrade;
  const state = stateDirectory(cluster, String(point));
  await begin(cluster, seeded);
  await killed(point, upgrade, state);
  const dead = await cluster.saveState();
  await applied(upgrade, state);
  await same(cluster, end, 'applied again');
  await begin(cluster, dead);
  const [first] = await keptRuns(state);
  assert.ok(first);
  const back = await run(
    ['rollback', first.record.id, '--yes', '--settle', '0', '--timeout', '90s', '--state-dir', state],
    {
      env: { KUBECONFIG: cluster.kubeconfig() },
    },
  );
  assert.equal(back.exit, 0, back.err);
  await same(cluster, start, 'rolled back');
}

async function begin(cluster: TestCluster, state: SavedState): Promise<void> {
  await cluster.restoreState(state);
  await rolledOut(cluster, ISTIO_SYSTEM);
}

function stateDirectory(cluster: TestCluster, name: string): string {
  return join(cluster.directory, 'state', name);
}

function argumentsOf({ flags }: Upgrade, state: string): readonly string[] {
  const how = ['--yes', '--allow-mtls-change', '--prune', '--remove-annotations', '--settle', '0', '--timeout', '90s'];
  return ['apply', ...flags, ...how, '--state-dir', state];
}

async function applied(upgrade: Upgrade, state: string): Promise<void> {
  const ran = await run(argumentsOf(upgrade, state), { env: { KUBECONFIG: upgrade.cluster.kubeconfig() } });
  assert.equal(ran.exit, 0, ran.err);
}

async function killed(point: number, upgrade: Upgrade, state: string): Promise<void> {
  const argv = ['--import', KILLER, 'cmd/kubectl-istio_upgrade.ts', ...argumentsOf(upgrade, state)];
  const env = { ...process.env, KUBECONFIG: upgrade.cluster.kubeconfig(), KILL_AT: String(point) };
  const child = spawn(process.execPath, argv, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)));
  assert.equal(signal, 'SIGKILL', told);
  await forgetLease(upgrade.cluster);
}

/** Controllers take a moment: ReplicaSets are adopted, definitions and what they defined go. */
async function same(cluster: TestCluster, wanted: MeshState, how: string): Promise<void> {
  let found: readonly string[] = [];
  const look = async (): Promise<true | undefined> => {
    found = differences(await stateOf(cluster), wanted);
    return found.length === 0 ? true : undefined;
  };
  await eventually(look, { what: how, timeout: 15_000 }).catch(() => undefined);
  assert.deepEqual(found, [], how);
}
