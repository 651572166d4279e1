import { refOf, refText } from '../../../../core/object.ts';
import { objectsOf } from '../../../../core/snapshot.ts';
import { labelsIn } from '../../../../mesh/pod-labels.ts';
import { field } from '../../../../mesh/proto-json.ts';
import type { Check } from '../../../../plan/check.ts';
import { at, messagesIn, specOf } from '../../validation/place.ts';

const POLICY = { group: 'authentication.istio.io', kind: 'Policy' };

/** `targets[].labels` of Policies: 1.1 ignores them, 1.2 goes by them alone (pilot/pkg/model/config.go:920-932@1.2.10). */
export const policyTargetLabels: Check = {
  id: 'policy-target-labels',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/istio.authentication.v1alpha1/#TargetSelector',
  explain: `An authentication Policy may carry labels in its targets. Istio 1.1 ignores them and goes by the target's name; 1.2 goes by the labels and ignores the name. From the upgrade on, the Policy applies to every pod of the namespace that has these labels, whatever its service, and no longer to the named service's other pods: mutual TLS or end-user authentication can come or go there.
Compare the pods that the labels select (kubectl get pods -l) with those of the named service. Take the labels out where the whole service is meant: both versions then read the Policy alike. Where a part of the pods is meant, which 1.1 never did, add the labels after the upgrade.`,
  reads: [POLICY],
  find({ mesh }) {
    return objectsOf(mesh.snapshot, POLICY).flatMap((policy) => {
      const ref = refOf(policy);
      return messagesIn(specOf(policy), 'targets').flatMap((target) => {
        const { path, value } = at(target, 'labels');
        const labels = Object.entries(labelsIn(value)).map(([key, label]) => `${key}=${label}`);
        if (labels.length === 0) return [];
        const name = field(target.value, 'name');
        return [
          {
            ref,
            message: `${refText(ref)}: ${path}: 1.1 applies it to service ${name}, 1.2 to the pods with ${labels.join(',')}`,
            hint: `take ${path} out if all of ${name} is meant`,
          },
        ];
      });
    });
  },
};
