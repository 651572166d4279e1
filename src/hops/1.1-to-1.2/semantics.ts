import type { Semantics } from '../../mesh/semantics.ts';

const LABEL_1_1 = /^[-A-Za-z0-9_./]*$/;
const LABEL_1_2 = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Pilot 1.1: pilot/pkg/model/destination_rule.go:38-53, config.go:879-949, validation.go:47 @1.1.17. */
export const istio11: Semantics = {
  laterTrafficPolicy: 'with-subsets',
  targetLabels: 'ignored',
  subsetLabels: { key: LABEL_1_1, value: LABEL_1_1 },
};

/** Pilot 1.2: pilot/pkg/model/destination_rule.go:38-52, config.go:901-979, validation.go:46-70 @1.2.10. */
export const istio12: Semantics = {
  laterTrafficPolicy: 'always',
  targetLabels: 'match-pods',
  subsetLabels: { key: LABEL_1_2, value: new RegExp(`^$|${LABEL_1_2.source}`) },
};
