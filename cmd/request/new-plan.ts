import { makePlan } from '../../src/app/make-plan.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HOPS } from '../../src/hops/index.ts';
import { type Surroundings, whileDoing } from '../screen/while-doing.ts';
import { type Around, wholeRequest } from './release-request.ts';

/** Renders the release that is asked for, if any, reads the mesh and plans; says so while it takes long. */
export async function newPlan(request: PlanRequest, around: Around & Surroundings): Promise<Plan> {
  const { release, opened } = around;
  const prepared = () => wholeRequest(request, around);
  const whole = await (release === undefined
    ? prepared()
    : whileDoing(`rendering ${release.name} for the mesh`, around, prepared));
  return whileDoing('reading the mesh', around, () => makePlan(whole, opened.cluster, HOPS));
}
