import type { ObjectRef } from '../../../../../core/object.ts';
import type { FieldPath } from '../../../../../fields/field-set.ts';
import type { ChartValue } from './chart-value.ts';

/** One setting, as the mesh and as the target have it. */
export interface Setting {
  readonly ref: ObjectRef;
  /** `mesh.outboundTrafficPolicy.mode`, `container discovery: --domain` */
  readonly field: string;
  readonly live: string | undefined;
  readonly wanted: string | undefined;
  /** undefined for what the chart does not render. */
  readonly chart: ChartValue | undefined;
  /** Where it stands in the object, in FieldsV1 notation. */
  readonly path: FieldPath;
}
