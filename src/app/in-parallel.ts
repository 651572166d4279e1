/** Work that tells events, in a group with a limit of its own. */
export interface Job<T> {
  readonly group: string;
  /** @param isStopping whether something has failed meanwhile: what is not begun in earnest yet should not be */
  readonly run: (isStopping: () => boolean) => AsyncGenerator<T>;
}

export interface Limits {
  /** Jobs of one group at a time. */
  readonly perGroup: number;
  /** Groups at a time. */
  readonly groups: number;
  /** Asked before each start. */
  readonly mayStart: () => boolean;
}

export interface Outcome<T> {
  readonly errors: readonly unknown[];
  /** Jobs that were never started. */
  readonly left: readonly Job<T>[];
}

interface Running<T> {
  readonly job: Job<T>;
  readonly events: AsyncGenerator<T>;
}

type Turn<T> = Running<T> & ({ readonly result: IteratorResult<T> } | { readonly error: unknown });

/**
 * Runs jobs side by side and yields their events as they come. Once one has failed no other is started; those under way are finished.
 * @param jobs in the order in which they are started
 */
export async function* inParallel<T>(jobs: readonly Job<T>[], limits: Limits): AsyncGenerator<T, Outcome<T>> {
  const errors: unknown[] = [];
  const left = [...jobs];
  const turns = new Map<Job<T>, Promise<Turn<T>>>();
  for (;;) {
    while (errors.length === 0 && left.length > 0 && limits.mayStart()) {
      const index = nextIndex(left, [...turns.keys()], limits);
      const [job] = index < 0 ? [] : left.splice(index, 1);
      if (job === undefined) break;
      turns.set(job, turnOf({ job, events: job.run(() => errors.length > 0) }));
    }
    if (turns.size === 0) return { errors, left };
    const turn = await Promise.race(turns.values());
    turns.delete(turn.job);
    if ('error' in turn) errors.push(turn.error);
    else if (!turn.result.done) {
      turns.set(turn.job, turnOf(turn));
      yield turn.result.value;
    }
  }
}

/** Where the first job stands whose group has room; -1 when there is none. */
function nextIndex<T>(left: readonly Job<T>[], running: readonly Job<T>[], { perGroup, groups }: Limits): number {
  const counts = new Map<string, number>();
  for (const { group } of running) counts.set(group, (counts.get(group) ?? 0) + 1);
  return left.findIndex(({ group }) => {
    const count = counts.get(group) ?? 0;
    return count < perGroup && (count > 0 || counts.size < groups);
  });
}

async function turnOf<T>({ job, events }: Running<T>): Promise<Turn<T>> {
  try {
    return { job, events, result: await events.next() };
  } catch (error) {
    return { job, events, error };
  }
}
