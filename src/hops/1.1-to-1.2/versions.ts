import type { Minor } from '../../plan/hop.ts';

export const ISTIO_1_1: Minor = { major: 1, minor: 1 };
export const ISTIO_1_2: Minor = { major: 1, minor: 2 };
