import { readFile } from 'node:fs/promises';
import type { Evictor } from '../src/app/evictor.ts';
import type { Leases } from '../src/app/lease.ts';
import type { Cluster } from '../src/app/ports.ts';
import { EXIT, UpgradeError } from '../src/core/errors.ts';
import type { K8sObject } from '../src/core/object.ts';
import type { Problem } from '../src/core/problem.ts';
import { escapeControls } from '../src/diff/escape.ts';
import { systemClock } from './clock.ts';
import { type ConnectionArguments, connectionFrom } from './flags/connection-flags.ts';
import type { Shell } from './shell.ts';
import { VERSION } from './version.ts';

// kubectl's level for one line a request.
const LOG_REQUESTS = 6;

/** A cluster to work on, and what to do when the work on it is done. */
export interface Opened {
  readonly cluster: Cluster & Evictor;
  /** Where a lease keeps a second run away; undefined for a snapshot. */
  readonly leases: Leases | undefined;
  /** The objects of a snapshot as they are now; undefined for a server. */
  readonly objects: (() => readonly K8sObject[]) | undefined;
  /** Who asks, by the names of the kubeconfig. */
  readonly asked?: { readonly context: string; readonly user: string };
}

/** What stands in the way of a run besides what planning finds. */
export async function foundBesides(
  { leases }: Opened,
  request: { readonly istioNamespace: string; readonly willWrite: boolean },
): Promise<readonly Problem[]> {
  if (leases === undefined) return [];
  const { leaseProblems } = await import('../src/app/lease-rights.ts');
  return leaseProblems(leases, request);
}

/** The API server of the kubeconfig, or with `--snapshot` a file of objects. Heavy parts are loaded only when they are needed. */
export async function openCluster(
  args: ConnectionArguments & { readonly snapshot?: string | undefined },
  shell: Shell,
): Promise<Opened> {
  if (args.snapshot !== undefined) return openSnapshot(args.snapshot);
  const { connect } = await import('../src/cluster/connect.ts');
  const cluster = await connect(connectionFrom(args), {
    env: shell.env,
    interactive: shell.isStdinTerminal,
    holdTerminal: shell.screen.hold,
    clock: systemClock,
    version: VERSION,
    onWarning: (text) => shell.err(`Warning: ${escapeControls(text)}\n`),
    ...(args.v >= LOG_REQUESTS
      ? {
          onExchange: (exchange) =>
            shell.err(`${exchange.method} ${exchange.url} ${exchange.status} in ${exchange.milliseconds} ms\n`),
        }
      : {}),
  });
  return { cluster, leases: cluster, objects: undefined, asked: cluster.asked };
}

async function openSnapshot(fileName: string): Promise<Opened> {
  const [{ memoryCluster }, { readSnapshot }] = await Promise.all([
    import('../src/memory/memory-cluster.ts'),
    import('../src/memory/snapshot-file.ts'),
  ]);
  const text = await readFile(fileName, 'utf8').catch((cause: unknown) => {
    throw new UpgradeError(`cannot read the snapshot ${fileName}`, {
      cause,
      exit: EXIT.usage,
      hint: 'make one with: kubectl get … -o yaml',
    });
  });
  const cluster = memoryCluster({ objects: readSnapshot(text, fileName), fileName, now: () => Date.now() });
  return { cluster, leases: undefined, objects: () => cluster.snapshot() };
}
