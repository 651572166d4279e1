import type { ProblemKind } from '../../../plan/problem-kind.ts';
import { MESH_WIDE_PROBLEMS } from '../../every/problems/mesh-wide.ts';
import { AUTHORIZATION_PROBLEMS } from './authorization.ts';
import { MTLS_PROBLEMS } from './mtls.ts';
import { MTLS_REQUEST_PROBLEMS } from './mtls-requests.ts';

/** Kinds of problems that the rules of this upgrade tell. */
export const problems: readonly ProblemKind[] = [
  ...AUTHORIZATION_PROBLEMS,
  ...MESH_WIDE_PROBLEMS,
  ...MTLS_REQUEST_PROBLEMS,
  ...MTLS_PROBLEMS,
];
