import { labelsIn } from '../../../mesh/pod-labels.ts';
import { istio11, istio12 } from '../semantics.ts';
import type { Place } from './place.ts';
import type { Rejection } from './rejection.ts';

/**
 * Labels that 1.1 lets pass and 1.2 does not: a `/` anywhere, an empty key, and what starts or ends with anything but a letter or a
 * digit (Labels.Validate, pilot/pkg/model/validation.go:47@1.1.17, :46-70@1.2.10; https://github.com/istio/istio/pull/12852).
 * @param labels the place of a map of labels
 */
export function labelRejections(labels: Place): readonly Rejection[] {
  return Object.entries(labelsIn(labels.value)).flatMap(([key, value]) => {
    const field = `${labels.path}[${JSON.stringify(key)}]`;
    if (isNewlyInvalid(key, 'key')) return [{ field, why: `${JSON.stringify(key)} is no label key for 1.2: ${RULE}` }];
    if (!isNewlyInvalid(value, 'value')) return [];
    return [{ field, why: `${JSON.stringify(value)} is no label value for 1.2: ${RULE}` }];
  });
}

const RULE = 'letters, digits, - _ . only, and a letter or digit at both ends';

function isNewlyInvalid(text: string, part: 'key' | 'value'): boolean {
  return istio11.subsetLabels[part].test(text) && !istio12.subsetLabels[part].test(text);
}
