import type { Check } from '../../../../plan/check.ts';
import { injectorWindow } from '../../../every/checks/injector-window.ts';
import { webhookWithoutEndpoints } from '../../../every/checks/webhook-without-endpoints.ts';

/** Who is asked before objects and pods are written. */
export const webhookChecks: readonly Check[] = [webhookWithoutEndpoints, injectorWindow];
