import { apply } from './apply.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { history } from './history.ts';
import { plan } from './plan.ts';
import { rbac } from './rbac.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { version } from './version.ts';

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [plan, apply, rollback, history, check, status, rbac, completion, version];
