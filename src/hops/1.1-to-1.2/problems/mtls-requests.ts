import type { ProblemKind } from '../../../plan/problem-kind.ts';
import { ANNOTATIONS, EXCLUDED } from './mtls-docs.ts';

/** What is said of the annotations and of the list that ask for or against mutual TLS, whatever becomes of them. */
export const MTLS_REQUEST_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'auth-annotation-ignored',
    severity: 'note',
    docs: ANNOTATIONS,
    explain: `The Service has an annotation auth.istio.io/<port>, which Istio last read in 0.8 and ignores since 1.0. It is carried over to a Policy and a DestinationRule, so what it asks for comes into force with this upgrade, perhaps years after it was written.
The message says what is in force on the port today. If that is what is meant, take the annotation out before.`,
  },
  {
    id: 'auth-annotation-dead',
    severity: 'note',
    docs: ANNOTATIONS,
    explain: `The Service has an annotation auth.istio.io/<port> that never did anything in any version: it says INHERIT or something that is no value, its key names no port of the Service, or the port is UDP. There is nothing to carry over.
Take it out of the Service and of its source when convenient.`,
  },
  {
    id: 'auth-annotation-kept',
    severity: 'note',
    docs: ANNOTATIONS,
    explain: `--remove-annotations takes annotations out once they are carried over. This one is not carried over for all clients, as other findings about the same Service say, and without it the next plan would not know what was asked for. It stays.
Mend what those findings name, and plan again.`,
  },
  {
    id: 'mtls-excluded-ignored',
    severity: 'note',
    docs: EXCLUDED,
    explain: `The host is in mtls_excluded_services of the mesh configuration, which Istio ignores since 1.0. It is carried over to a DestinationRule with TLS DISABLE where clients do not send plaintext already.
The message says what is in force on each port today. If that is what is meant, take the host out of the list before.`,
  },
  {
    id: 'mtls-excluded-host',
    severity: 'warning',
    docs: EXCLUDED,
    explain: `An entry of mtls_excluded_services names no Service of this mesh: it has a wildcard, is no full hostname (<service>.<namespace>.svc.<domain>), or the Service does not exist. Entries count by exact hostname, so it never had an effect, and it is left as it is.
Mend the entry and plan again, or take it out.`,
  },
  {
    id: 'mtls-excluded-sidecar',
    severity: 'warning',
    docs: EXCLUDED,
    explain: `The host is in mtls_excluded_services, and all its pods have sidecars that take nothing but mutual TLS: clients that send plaintext, as the list asks, would be refused. Nothing is written, and calls go on as today.
Take it out of the list; if plaintext is really meant, give the service a Policy without mtls first.`,
  },
  {
    id: 'mtls-excluded-strict',
    severity: 'warning',
    docs: EXCLUDED,
    explain: `The host is in mtls_excluded_services, and some of its pods have sidecars that take nothing but mutual TLS. Clients that send plaintext from then on reach only the pods without a sidecar; calls to the others fail.
An excluded service has no sidecars: take it out of the list, or the sidecars out of its pods.`,
  },
];
