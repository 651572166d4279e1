import type { K8sObject } from '../../../core/object.ts';
import { originRejections } from './cors-origins.ts';
import { labelRejections } from './labels.ts';
import { at, hasEntries, messagesIn, type Place, specOf } from './place.ts';
import type { Rejection } from './rejection.ts';

/**
 * Labels of sources, `tls` and `tcp` routes that lead nowhere, and CORS origins that are patterns
 * (pilot/pkg/model/validation.go:1821,1846,1876,1892,1967,2075-2099@1.2.10). Retries are not among it: what 1.2 rejects there
 * (no attempts, but a timeout or conditions), 1.1 rejects too.
 */
export function virtualServiceRejections(service: K8sObject): readonly Rejection[] {
  const spec = specOf(service);
  return [
    ...messagesIn(spec, 'http').flatMap((route) => [
      ...sourceRejections(route),
      ...originRejections(at(at(route, 'corsPolicy'), 'allowOrigin')),
    ]),
    ...messagesIn(spec, 'tls').flatMap((route) => layer4Rejections(route, 'tls')),
    ...messagesIn(spec, 'tcp').flatMap((route) => layer4Rejections(route, 'tcp')),
  ];
}

function layer4Rejections(route: Place, protocol: 'tls' | 'tcp'): readonly Rejection[] {
  const sources = sourceRejections(route);
  if (hasEntries(route, 'route')) return sources;
  return [...sources, { field: at(route, 'route').path, why: `a ${protocol} route needs a destination` }];
}

function sourceRejections(route: Place): readonly Rejection[] {
  return messagesIn(route, 'match').flatMap((match) => labelRejections(at(match, 'sourceLabels')));
}
