/**
 * Variables that Pilot 1.1 reads and 1.2 does not (pilot/pkg/features/pilot/pilot.go@1.2.10, where the last is spelled
 * PILOT_INITIAL_Stream_WINDOW_SIZE).
 */
export const REMOVED_VARIABLES = [
  'PILOT_ENABLE_CDS_PRECOMPUTATION',
  'DEFAULT_NAMESPACE_DEPENDENCIES',
  'PILOT_DISABLE_SPLIT_HORIZON_EDS_NETWORK_COMPARE',
  'VERBOSE_AZ_DEBUG',
  'PILOT_INITIAL_STREAM_WINDOW_SIZE',
];
