import { stringAt, valueAt } from '../../../../../core/json.ts';
import { type ObjectRef, refText } from '../../../../../core/object.ts';
import { find } from '../../../../../core/snapshot.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import type { CheckContext, Finding } from '../../../../../plan/check.ts';
import { targetMesh } from '../../../../every/checks/target-mesh.ts';

const DROPS = 'metric_relabel_configs';

/** 1.1's Prometheus drops Envoy's metrics of great cardinality, 1.2's does not, for its sidecars do not report them. */
export function prometheusLabels(context: CheckContext): readonly Finding[] {
  const { mesh } = context;
  const wanted = targetMesh(context);
  if (wanted === undefined) return [];
  const ref = prometheusConfig(mesh);
  const [was, is] = [mesh, wanted].map(({ snapshot }) =>
    stringAt(valueAt(find(snapshot, ref), 'data', 'prometheus.yml')),
  );
  if (was === undefined || is === undefined || !was.includes(DROPS) || is.includes(DROPS)) return [];
  return [
    {
      ref,
      severity: 'note',
      message: `${refText(ref)}: prometheus.yml drops metrics (${DROPS}), and no longer does in the target: sidecars of 1.1 report many more until they are injected anew`,
      hint: 'inject workloads anew soon after, and give Prometheus memory meanwhile',
    },
  ];
}

export function prometheusConfig({ istioNamespace: namespace }: Mesh): ObjectRef {
  return { group: '', kind: 'ConfigMap', namespace, name: 'prometheus' };
}
