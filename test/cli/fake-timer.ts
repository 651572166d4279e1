import type { Timer } from '../../cmd/timer.ts';

export interface FakeTimer extends Timer {
  /** Lets time pass, tick by tick. */
  readonly advance: (to: number) => void;
  readonly isTicking: () => boolean;
}

/** Time that passes when it is told to. */
export function fakeTimer(): FakeTimer {
  let now = 0;
  let ticker: { readonly milliseconds: number; readonly tick: () => void } | undefined;
  return {
    now: () => now,
    every: (milliseconds, tick) => {
      const own = { milliseconds, tick };
      ticker = own;
      return () => {
        if (ticker === own) ticker = undefined;
      };
    },
    advance: (to) => {
      while (ticker !== undefined && now + ticker.milliseconds <= to) {
        now += ticker.milliseconds;
        ticker.tick();
      }
      now = to;
    },
    isTicking: () => ticker !== undefined,
  };
}
