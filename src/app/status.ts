import type { Access } from '../core/access.ts';
import type { Problem } from '../core/problem.ts';
import type { IstioVersion } from '../core/version.ts';
import { type MeshStatus, meshStatus, type StatusInputs } from '../mesh/mesh-status.ts';
import { statusProblems } from '../mesh/status-problems.ts';
import {
  INVENTORY_GROUPS,
  type Inventory,
  type InventoryRequest,
  inventoryAccesses,
  readInventory,
} from './inventory.ts';
import { askPilot, pilotAccess } from './pilot-version.ts';
import type { Cluster } from './ports.ts';
import { askServer, type Server } from './server.ts';

export type { ImageCount } from '../mesh/image-counts.ts';
export type { ControlPlanePart } from '../mesh/mesh-status.ts';
export type { Injection, WorkloadStatus } from '../mesh/workload-status.ts';

export const STATUS_SCHEMA = 'istio-upgrade/status/v1';

export interface StatusRequest extends InventoryRequest {
  /** The release that sidecars are held against; Pilot's when absent. */
  readonly against?: IstioVersion | undefined;
}

/** What runs where, and what could not be read or looks wrong. */
export interface Status {
  readonly schema: typeof STATUS_SCHEMA;
  readonly cluster: { readonly address: string; readonly version: string };
  readonly mesh: MeshStatus;
  readonly problems: readonly Problem[];
}

/** What is read for a status. */
export function statusAccesses(istioNamespace: string): readonly Access[] {
  return [...inventoryAccesses(istioNamespace), pilotAccess(istioNamespace)];
}

/**
 * The mesh at a glance, from its pods. What may not be read is a problem, and the rest is told.
 * @param server what it says of `INVENTORY_GROUPS`, where that is known already
 * @throws UpgradeError when the server cannot be reached
 */
export async function readStatus(request: StatusRequest, cluster: Cluster, server?: Server): Promise<Status> {
  const inventory = await readInventory(request, cluster, server ?? (await askServer(cluster, INVENTORY_GROUPS)));
  return statusOf(inventory, cluster, request.against);
}

/** @param against the release that sidecars are held against; Pilot's when absent */
export async function statusOf(
  { server, inputs, problems }: Inventory,
  cluster: Cluster,
  against?: IstioVersion | undefined,
): Promise<Status> {
  const mesh = await withToldVersion({ ...inputs, against }, cluster);
  return {
    schema: STATUS_SCHEMA,
    cluster: { address: cluster.address, version: server.version },
    mesh,
    problems: [...problems, ...statusProblems(mesh)],
  };
}

/** Where the images of Pilot do not tell its release, it is asked. */
async function withToldVersion(inputs: StatusInputs, cluster: Cluster): Promise<MeshStatus> {
  const mesh = meshStatus(inputs);
  if (mesh.version !== undefined || mesh.components.length === 0) return mesh;
  const told = await askPilot(cluster, inputs.istioNamespace);
  return told === undefined ? mesh : meshStatus({ ...inputs, told });
}

/** What else is wrong with the control plane, planning and checks tell by themselves. */
export function isAboutReading({ id }: Problem): boolean {
  return id === 'may-not-list' || id === 'may-not-read';
}
