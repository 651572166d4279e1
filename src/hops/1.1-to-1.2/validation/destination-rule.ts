import type { K8sObject } from '../../../core/object.ts';
import { labelRejections } from './labels.ts';
import { at, messagesIn, specOf } from './place.ts';
import type { Rejection } from './rejection.ts';

/** Labels of subsets (pilot/pkg/model/validation.go:935@1.2.10). */
export function destinationRuleRejections(rule: K8sObject): readonly Rejection[] {
  return messagesIn(specOf(rule), 'subsets').flatMap((subset) => labelRejections(at(subset, 'labels')));
}
