/** Time as it passes, for what is shown meanwhile. */
export interface Timer {
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** Calls again and again, without keeping the program alive. @returns stops it */
  readonly every: (milliseconds: number, tick: () => void) => () => void;
}

export const systemTimer: Timer = {
  now: () => performance.now(),
  every: (milliseconds, tick) => {
    const interval = setInterval(tick, milliseconds).unref();
    return () => clearInterval(interval);
  },
};
