import { type Json, stringAt, valueAt } from '../core/json.ts';
import { type IstioVersion, parseVersion } from '../core/version.ts';

/**
 * The client's version in what `istioctl version` prints: JSON with `clientVersion` (`--output json`), the bare version or
 * `client version: 1.2.10` (`--short`), or `version.BuildInfo{Version:"1.2.10", …}` (pkg/version/cobra.go@1.2.10).
 * @returns undefined for anything else, such as the version of a development build
 */
export function parseIstioctlVersion(output: string): IstioVersion | undefined {
  const json = parseJson(output);
  const said = stringAt(valueAt(json, 'clientVersion', 'version')) ?? stringAt(valueAt(json, 'version'));
  if (said !== undefined) return parseVersion(said);
  const [, long] = /BuildInfo\{Version:"([^"]+)"/.exec(output) ?? [];
  const [, short] = /^(?:client version: |version: )?(\S+)\s*$/m.exec(output.trim()) ?? [];
  const text = long ?? short;
  return text === undefined ? undefined : parseVersion(text);
}

/** Log lines may stand before the document. */
function parseJson(output: string): Json | undefined {
  const start = output.indexOf('{\n');
  try {
    const value: Json = JSON.parse(output.slice(Math.max(start, 0)));
    return value;
  } catch {
    return undefined;
  }
}
