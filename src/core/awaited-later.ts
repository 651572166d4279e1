/**
 * A promise that is awaited only when something else is done: until then its failure is not unhandled.
 * @returns the same promise
 */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
