/** Plugins: none are there. @see moby api/server/router/plugin */
import { Failure } from '../../errdefs.ts';
import { HUB, reachRegistry } from '../../images/registry.ts';
import { errors } from '../errors.ts';
import { json } from '../reply.ts';
import type { Handler, Route } from '../router.ts';

const unknown: Handler = ({ params }) => errors.noPlugin(params.name as string);

/** Plugins would come from a registry. */
const pull: Handler = async ({ daemon, query }) =>
  (await reachRegistry(daemon.controller.daemon.sys, HUB)) ??
  new Failure(
    'notFound',
    `pull access denied for ${query.get('remote')}, repository does not exist or may require 'docker login'`,
  );

export const pluginRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/plugins', handler: ({ daemon }) => json(daemon, 200, []) },
  { method: 'GET', pattern: '/plugins/privileges', handler: pull },
  { method: 'POST', pattern: '/plugins/pull', handler: pull },
  { method: 'GET', pattern: '/plugins/{name*}/json', handler: unknown },
  ...['enable', 'disable', 'push', 'set', 'upgrade'].map(
    (verb): Route => ({ method: 'POST', pattern: `/plugins/{name*}/${verb}`, handler: unknown }),
  ),
  { method: 'DELETE', pattern: '/plugins/{name*}', handler: unknown },
];
