/** Go types of `docker version`. @see moby api/types/types.go: Version, docker/cli cli/command/system/version.go */
import { ptrTo, STRING, STRING_MAP, sliceOf, struct } from '../template/value.ts';

const PLATFORM = struct('struct { Name string }', ['Name', STRING]);
const COMPONENT = struct(
  'types.ComponentVersion',
  ['Name', STRING],
  ['Version', STRING],
  ['Details', STRING_MAP, '', true],
);
/** What `docker info` names of the client, too. */
export const CLIENT_ROWS = [
  ['Version', STRING, '', true],
  ['APIVersion', STRING, 'ApiVersion', true],
  ['DefaultAPIVersion', STRING, '', true],
  ['GitCommit', STRING, '', true],
  ['GoVersion', STRING, '', true],
  ['Os', STRING, '', true],
  ['Arch', STRING, '', true],
  ['BuildTime', STRING, '', true],
  ['Context', STRING],
] as const;
const SERVER = struct(
  'types.Version',
  ['Platform', PLATFORM],
  ['Components', sliceOf(COMPONENT), '', true],
  ['Version', STRING],
  ['APIVersion', STRING, 'ApiVersion'],
  ['MinAPIVersion', STRING, '', true],
  ['GitCommit', STRING],
  ['GoVersion', STRING],
  ['Os', STRING],
  ['Arch', STRING],
  ['KernelVersion', STRING, '', true],
  ['Experimental', STRING, '', true],
  ['BuildTime', STRING, '', true],
);
export const VERSION_INFO = struct(
  'system.versionInfo',
  ['Client', struct('system.clientVersion', ['Platform', ptrTo(PLATFORM), '', true], ...CLIENT_ROWS)],
  ['Server', ptrTo(SERVER)],
);
