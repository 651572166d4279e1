import type { Check } from '../../../../plan/check.ts';
import { budgetBlocks } from './budget-blocks.ts';
import { componentsElsewhere } from './components-elsewhere.ts';
import { gatewayUnavailable } from './gateway-unavailable.ts';
import { gatewaysElsewhere } from './gateways-elsewhere.ts';
import { severalCitadels } from './several-citadels.ts';
import { singleReplicaApplication } from './single-replica-application.ts';
import { singleReplicaComponent } from './single-replica-component.ts';
import { singleReplicaGateway } from './single-replica-gateway.ts';

/** Checks of what goes on serving while the upgrade is carried out, and of what it leaves out. */
export const availabilityChecks: readonly Check[] = [
  severalCitadels,
  gatewayUnavailable,
  singleReplicaGateway,
  singleReplicaComponent,
  singleReplicaApplication,
  budgetBlocks,
  componentsElsewhere,
  gatewaysElsewhere,
];
