import { refOf, refText } from '../../../../core/object.ts';
import { objectsOf } from '../../../../core/snapshot.ts';
import type { Check } from '../../../../plan/check.ts';
import { VALIDATED_KINDS } from '../../validation/index.ts';
import { trafficToday } from './traffic-today.ts';

const KINDS = VALIDATED_KINDS.map(({ group, kind }) => ({ group, kind }));

/** Custom resources that validation of 1.2 rejects and that of 1.1 accepts. Pilot drops them whole when it gets them over MCP. */
export const configRejected: Check = {
  id: 'config-rejected',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/ops/setup/validation/',
  explain: `Validation of Istio 1.2 is stricter than that of 1.1: label keys with a "/" (such as app.kubernetes.io/version), labels that start or end with - _ or ., tls and tcp routes without a destination, CORS origins that are no host name, and contradictory ServiceRoles and ServiceRoleBindings are rejected.
Objects that exist already are not written again, so nothing says so at the upgrade. But where Pilot gets its configuration from Galley over MCP (the default), it validates once more and drops the whole object: its routes, subsets and policies are gone from one moment to the next, and calls to its subsets fail with 503. Pilot's log says "Discarding incoming MCP resource: validation failed". Without MCP the object stays in force, and the next change to it is refused by Galley's webhook.
Change each field that is named here before the upgrade; both versions take the new value. A label of a pod that subsets select by needs a second label with a key that 1.2 takes, on the pods first and in the subset then.`,
  reads: KINDS,
  find({ mesh }) {
    const { validatesAgain } = trafficToday(mesh).config;
    const severity = validatesAgain ? 'blocker' : 'warning';
    const then = validatesAgain ? 'Pilot 1.2 drops the whole object' : 'the next change to it is refused';
    return VALIDATED_KINDS.flatMap(({ group, kind, rejections }) =>
      objectsOf(mesh.snapshot, { group, kind }).flatMap((object) => {
        const ref = refOf(object);
        return rejections(object).map(({ field, why }) => ({
          severity,
          ref,
          message: `${refText(ref)}: ${field}: ${why}; ${then}`,
          hint: `change ${field} before the upgrade`,
        }));
      }),
    );
  },
};
