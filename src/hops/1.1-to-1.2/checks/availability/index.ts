import type { Check } from '../../../../plan/check.ts';
import { gatewayUnavailable } from './gateway-unavailable.ts';
import { singleReplicaComponent } from './single-replica-component.ts';
import { singleReplicaGateway } from './single-replica-gateway.ts';

/** Checks of what goes on serving while the upgrade is carried out. */
export const availabilityChecks: readonly Check[] = [gatewayUnavailable, singleReplicaGateway, singleReplicaComponent];
