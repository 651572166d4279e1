/** Runs what it is given, at most so many at a time, in the order in which they came. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

export function limiter(most: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  const begin = async (): Promise<void> => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const end = (): void => {
    const next = waiting.shift();
    // The place is handed on, not given up: nobody can slip in between.
    if (next === undefined) running--;
    else next();
  };
  return async (task) => {
    await begin();
    try {
      return await task();
    } finally {
      end();
    }
  };
}
