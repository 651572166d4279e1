import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Journal } from '../app/ports.ts';
import type { JsonObject } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import type { Outcome, RunRecord, WriteAhead } from '../core/run.ts';
import { cannotKeep, JOURNAL, makeRunDirectory, openForAppending, RECORD, writeWhole } from './run-files.ts';

/** The journal of the run that is under way. */
export interface RunLog extends Journal {
  readonly id: string;
  /** Where it is kept. */
  readonly path: string;
  /** @throws UpgradeError when how the run ended cannot be kept */
  finish(outcome: Omit<Outcome, 'at'>): Promise<void>;
}

/**
 * Begins to keep a run in a directory of its own.
 * @throws UpgradeError when that cannot be made or written
 */
export async function beginRun(
  stateDirectory: string,
  run: Omit<RunRecord, 'id' | 'startedAt' | 'outcome'>,
  clock: Pick<Clock, 'now'>,
): Promise<RunLog> {
  const startedAt = timeText(clock.now());
  const { id, path } = await makeRunDirectory(stateDirectory, startedAt.replace(/[-:]|\..*/g, '').replace('T', '-'));
  const record: RunRecord = { ...run, id, startedAt };
  try {
    await writeWhole(join(path, RECORD), textOf(record));
    return new FileRunLog(record, path, await openForAppending(join(path, JOURNAL)), clock);
  } catch (cause) {
    throw cannotKeep(path, cause);
  }
}

/** A run in its files, of which the record is written already. */
export class FileRunLog implements RunLog {
  readonly id: string;
  readonly path: string;
  readonly #record: RunRecord;
  readonly #file: FileHandle;
  readonly #clock: Pick<Clock, 'now'>;
  #writes = 0;
  #last: Promise<unknown> = Promise.resolve();
  #failure: unknown;

  constructor(record: RunRecord, path: string, file: FileHandle, clock: Pick<Clock, 'now'>) {
    this.id = record.id;
    this.path = path;
    this.#record = record;
    this.#file = file;
    this.#clock = clock;
  }

  async before({ verb, ref: { namespace, name }, resource, before }: WriteAhead): Promise<number> {
    this.#writes += 1;
    const write = this.#writes;
    const { group, version, kind, namespaced } = resource;
    const which = { group, version, kind, resource: resource.resource, namespaced, namespace, name };
    try {
      await this.#append({ line: 'before', write, verb, ...which, object: before ?? null });
    } catch (cause) {
      throw cannotKeep(this.path, cause);
    }
    return write;
  }

  async done(write: number, after: K8sObject | undefined): Promise<void> {
    await this.#append({ line: 'after', write, object: after ?? null }).catch(() => undefined);
  }

  async refused(write: number): Promise<void> {
    await this.#append({ line: 'refused', write }).catch(() => undefined);
  }

  async finish(outcome: Omit<Outcome, 'at'>): Promise<void> {
    try {
      await this.#last.catch(() => undefined);
      await this.#file.close();
      await writeWhole(
        join(this.path, RECORD),
        textOf({ ...this.#record, outcome: { ...outcome, at: timeText(this.#clock.now()) } }),
      );
    } catch (cause) {
      throw cannotKeep(this.path, cause);
    }
  }

  /** One line after the other, each on the disk before the next; behind one that failed there is no other. */
  #append(line: JsonObject): Promise<void> {
    const text = `${JSON.stringify({ at: timeText(this.#clock.now()), ...line })}\n`;
    const appended = this.#last.catch(() => undefined).then(() => this.#write(text));
    this.#last = appended;
    return appended;
  }

  async #write(text: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await this.#file.appendFile(text);
      await this.#file.datasync();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}

function textOf(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function timeText(now: number): string {
  return new Date(now).toISOString();
}
