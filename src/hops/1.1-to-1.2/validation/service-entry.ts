import type { K8sObject } from '../../../core/object.ts';
import { labelRejections } from './labels.ts';
import { at, messagesIn, specOf } from './place.ts';
import type { Rejection } from './rejection.ts';

/** Labels of endpoints (pilot/pkg/model/validation.go:2374,2399@1.2.10). */
export function serviceEntryRejections(entry: K8sObject): readonly Rejection[] {
  return messagesIn(specOf(entry), 'endpoints').flatMap((endpoint) => labelRejections(at(endpoint, 'labels')));
}
