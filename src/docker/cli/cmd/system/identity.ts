import type { Ctx } from '../../context.ts';
import { ansic } from '../../formatter/time.ts';
import { API_VERSION, BUILD_TIME, CLIENT_VERSION, GIT_COMMIT, GO_VERSION } from '../../version.ts';

/** What `docker version` and `docker info` name of the client. */
export const identity = (ctx: Ctx) => ({
  Version: CLIENT_VERSION,
  DefaultAPIVersion: API_VERSION,
  GitCommit: GIT_COMMIT,
  GoVersion: GO_VERSION,
  Os: 'linux',
  Arch: 'amd64',
  BuildTime: ansic(BUILD_TIME),
  Context: ctx.contexts.current,
});
