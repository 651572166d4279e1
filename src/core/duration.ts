const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * How long something takes or took, as people read it: `800ms`, `3s`, `1m24s`, `1h02m`. What is under the smallest unit shown is cut off.
 * @param milliseconds from 0
 */
export function durationText(milliseconds: number): string {
  const whole = (unit: number) => Math.floor(milliseconds / unit);
  const rest = (unit: number) => String(whole(unit) % 60).padStart(2, '0');
  if (milliseconds < 1) return '0s';
  if (milliseconds < SECOND) return `${whole(1)}ms`;
  if (milliseconds < MINUTE) return `${whole(SECOND)}s`;
  return milliseconds < HOUR ? `${whole(MINUTE)}m${rest(SECOND)}s` : `${whole(HOUR)}h${rest(MINUTE)}m`;
}

/** The same of what is still running: whole seconds, which a row that is drawn often shows without flicker. */
export function elapsedText(milliseconds: number): string {
  return durationText(Math.floor(milliseconds / SECOND) * SECOND);
}
