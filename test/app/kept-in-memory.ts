import type { Journal } from '../../src/app/ports.ts';
import { plannedRun } from '../../src/app/run-record.ts';
import type { Plan } from '../../src/core/plan.ts';
import { type KeptRun, type Outcome, RUN_SCHEMA } from '../../src/core/run.ts';
import { decodeJournal, decodeRecord } from '../../src/journal/decode-run.ts';

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** What a process does until it is killed, in steps: a line before a write, the write, and a line after it. */
export class Lifetime {
  readonly #steps: number;
  done = 0;

  constructor(steps = Number.POSITIVE_INFINITY) {
    this.#steps = steps;
  }

  /** @throws Killed once it is over; nothing of the step is done then */
  step(): void {
    if (this.done >= this.#steps) throw new Killed('killed');
    this.done += 1;
  }

  get isOver(): boolean {
    return this.done >= this.#steps;
  }
}

/** A run's journal as its file would be read after the run. */
export class MemoryJournal implements Journal {
  readonly #lifetime: Lifetime;
  #text = '';
  #writes = 0;

  constructor(lifetime: Lifetime = new Lifetime()) {
    this.#lifetime = lifetime;
  }

  async before({
    ref: { namespace, name },
    resource,
    verb,
    before,
  }: Parameters<Journal['before']>[0]): Promise<number> {
    this.#lifetime.step();
    this.#writes += 1;
    this.#add({ line: 'before', write: this.#writes, verb, ...resource, namespace, name, object: before ?? null });
    return this.#writes;
  }

  async done(write: number, after: Parameters<Journal['done']>[1]): Promise<void> {
    this.#lifetime.step();
    this.#add({ line: 'after', write, object: after ?? null });
  }

  async refused(write: number): Promise<void> {
    this.#add({ line: 'refused', write });
  }

  /** The run as the next process finds it. */
  kept(
    id: string,
    plan: Plan,
    parts: { readonly outcome?: Outcome['result']; readonly undoes?: readonly string[] } = {},
  ): KeptRun {
    const { outcome, undoes = [] } = parts;
    const at = '2019-10-01T00:00:00Z';
    const record = decodeRecord(
      JSON.parse(
        JSON.stringify({
          schema: RUN_SCHEMA,
          id,
          startedAt: at,
          tool: '0.1.0',
          by: { account: 'ann@laptop' },
          cluster: { address: 'mesh.yaml' },
          ...plannedRun(plan),
          words: [],
          answer: 'yes',
          undoes,
          plan: {},
          ...(outcome === undefined ? {} : { outcome: { result: outcome, at } }),
        }),
      ),
    );
    if (record === undefined) throw new Error('the record of a run can be read');
    return { record, entries: decodeJournal(this.#text) };
  }

  #add(line: object): void {
    this.#text += `${JSON.stringify(line)}\n`;
  }
}
