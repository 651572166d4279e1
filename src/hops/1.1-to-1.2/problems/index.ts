import type { ProblemKind } from '../../../plan/problem-kind.ts';
import { AUTHORIZATION_PROBLEMS } from './authorization.ts';
import { MESH_WIDE_PROBLEMS } from './mesh-wide.ts';
import { MTLS_PROBLEMS } from './mtls.ts';
import { MTLS_REQUEST_PROBLEMS } from './mtls-requests.ts';

/** Kinds of problems that the rules of this upgrade tell. */
export const problems: readonly ProblemKind[] = [
  ...AUTHORIZATION_PROBLEMS,
  ...MESH_WIDE_PROBLEMS,
  ...MTLS_REQUEST_PROBLEMS,
  ...MTLS_PROBLEMS,
];
