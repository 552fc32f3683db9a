/** POST /build and what belongs to it. @see moby api/server/router/build */
import { collect } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { entriesOf } from '../archive/container.ts';
import type { BuildOptions } from '../build/build.ts';
import { errors } from '../errors.ts';
import { bytes, json } from '../reply.ts';
import type { Handler, Route } from '../router.ts';

const build: Handler = async ({ daemon, query, request }) => {
  const { buildParams } = await daemon.kernel.world.hold(import('../build/params.ts'));
  const params = buildParams(query);
  if (params instanceof Failure) return params;
  const sent = await collect(request.body);
  const options: BuildOptions = { ...params, gone: request.gone };
  const remote = query.get('remote') ?? '';
  if (query.get('version') === '2') {
    const { buildWithKit } = await daemon.kernel.world.hold(import('../build/buildkit/request.ts'));
    const stream = buildWithKit(daemon, sent, remote, options);
    return stream instanceof Failure ? stream : bytes(daemon, 200, 'application/json', stream);
  }
  const { remoteContext } = await daemon.kernel.world.hold(import('../build/remote.ts'));
  const isRemote = remote !== '' && remote !== 'client-session';
  const context = isRemote ? await remoteContext(daemon, remote, options.dockerfile) : entriesOf(sent);
  if (context instanceof Failure) return context;
  const { startBuild } = await daemon.kernel.world.hold(import('../build/build.ts'));
  const stream = startBuild(daemon, context, options);
  return stream instanceof Failure ? stream : bytes(daemon, 200, 'application/json', stream);
};

const prune: Handler = async ({ daemon, query }) => {
  const { pruneCache } = await daemon.kernel.world.hold(import('../build/buildkit/request.ts'));
  const pruned = pruneCache(daemon, query);
  return pruned instanceof Failure ? pruned : json(daemon, 200, pruned);
};

/** BuildKit's builds could be cancelled by their ids; there are none of these. */
const cancel: Handler = ({ daemon, query }) =>
  query.get('id')
    ? bytes(daemon, 200, 'application/json', new Uint8Array(0))
    : new Failure('invalid', 'build ID not provided');

/**
 * A client's session: BuildKit would ask it for files and credentials. Here nothing is asked, since a context comes in the body and no
 * registry wants credentials; the connection is held until the client goes. @see moby api/server/router/session
 */
const session: Handler = ({ request }) => {
  const { upgrade = '' } = request.headers;
  const { duplex } = request;
  if (upgrade.toLowerCase() !== 'h2c' || !duplex) return errors.noSession;
  void (async () => {
    while ((await duplex.read()) !== null);
    duplex.close();
  })();
  return {
    status: 101,
    headers: { connection: 'Upgrade', upgrade: 'h2c' },
    body: new Uint8Array(0),
    hijacked: true,
  };
};

export const buildRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/build', handler: build },
  { method: 'POST', pattern: '/build/prune', handler: prune },
  { method: 'POST', pattern: '/build/cancel', handler: cancel },
  { method: 'POST', pattern: '/session', handler: session },
  { method: 'POST', pattern: '/grpc', handler: () => errors.noBuildKit },
];
