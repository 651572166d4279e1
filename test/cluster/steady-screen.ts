// What a screen says that is another one each time: addresses, uids, when a run began, how long things took.
const ADDRESS = /https:\/\/127\.0\.0\.1:\d+/g;
const SERVICE_ADDRESS = /\b10\.96\.\d+\.\d+/g;
const UID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const RUN = /\b\d{8}-\d{6}\b/g;
const DAY = /\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g;
const DURATION = /\d+(?:ms|s|m\d+s)(?=[ ,)]|$)/.source;
const STAMP = new RegExp(`^ *${DURATION} `, 'gm');
const TIMES = new RegExp(`(?<=(?:after|in|crds|config|control-plane) )${DURATION}`, 'gm');
// Which rollouts are seen before they are over is up to the controllers.
const WAITS = /^ *1s (?:waiting for .*|.* is ready.*)\n|^waited longest for: .*\n/gm;
// A server warns when something is read, and what is read at a time comes in any order.
const WARNINGS = /^Warning: .*\n/gm;

/** A screen as it is each time, the server's warnings first. */
export function steadyScreen(screen: string): string {
  const warnings = [...screen.matchAll(WARNINGS)].map(([line]) => line).sort();
  const rest = screen
    .replace(WARNINGS, '')
    .replace(ADDRESS, 'https://mesh.example.com:6443')
    .replace(SERVICE_ADDRESS, '10.96.0.10')
    .replace(UID, '6f1c2a00-0000-4000-8000-000000000001')
    .replace(RUN, '20191001-123005')
    .replace(DAY, '2019-10-01 12:30:05 UTC')
    .replace(STAMP, '    1s ')
    .replace(TIMES, '1s')
    .replace(WAITS, '');
  return warnings.join('') + rest;
}
