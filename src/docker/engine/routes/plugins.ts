/** Routes below /plugins. @see moby daemon/server/router/plugin */
import { collect, type HttpResponse } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { HUB, reachRegistry } from '../../images/registry.ts';
import { entriesOf } from '../archive/container.ts';
import { readJson } from '../body.ts';
import { STRINGS } from '../decode/types.ts';
import { Filters } from '../filters.ts';
import {
  createPlugin,
  disablePlugin,
  findPlugin,
  type Plugin,
  pluginJson,
  removePlugin,
  setPlugin,
} from '../plugins.ts';
import { enablePlugin } from '../pluginstart.ts';
import { empty, json } from '../reply.ts';
import type { Call, Handler, Route } from '../router.ts';

type On = (plugin: Plugin, call: Call) => Promise<HttpResponse | Failure> | HttpResponse | Failure;

/** A handler of a plugin that is there. */
const on =
  (work: On): Handler =>
  (call) => {
    const plugin = findPlugin(call.daemon, call.params.name as string);
    return plugin instanceof Failure ? plugin : work(plugin, call);
  };

const list: Handler = ({ daemon, query }) => {
  const filters = Filters.parse(query.get('filters'), ['enabled', 'capability']);
  if (filters instanceof Failure) return filters;
  const enabled = filters.bool('enabled');
  if (enabled instanceof Failure) return enabled;
  const capability = (type: string): string => type.split('/')[0]?.split('.').pop() ?? '';
  const shown = [...daemon.plugins.values()]
    .filter((p) => enabled === undefined || p.Enabled === enabled)
    .filter((p) => (p.Config.Interface.Types ?? []).every((t) => filters.match('capability', capability(t))));
  return json(daemon, 200, shown.map(pluginJson));
};

const create: Handler = async ({ daemon, query, request }) => {
  const entries = entriesOf(await collect(request.body));
  if (entries instanceof Failure) return entries;
  const made = createPlugin(daemon, query.get('name') ?? '', entries);
  return made instanceof Failure ? made : empty(daemon, 204);
};

/** Plugins would come from a registry, which has none. */
const pull: Handler = async ({ daemon, query }) =>
  (await reachRegistry(daemon.controller.daemon.sys, HUB)) ??
  new Failure(
    'notFound',
    `pull access denied for ${query.get('remote')}, repository does not exist or may require 'docker login'`,
  );

const set = on(async (plugin, { daemon, request }) => {
  const settings = await readJson<readonly string[]>(request, STRINGS);
  if (settings instanceof Failure) return settings;
  return setPlugin(plugin, Array.isArray(settings) ? settings : []) ?? empty(daemon, 204);
});

const remove = on((plugin, { daemon }) => {
  removePlugin(daemon, plugin);
  return empty(daemon, 200);
});

const post = (verb: string, handler: Handler): Route => ({
  method: 'POST',
  pattern: `/plugins/{name*}/${verb}`,
  handler,
});

export const pluginRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/plugins', handler: list },
  { method: 'GET', pattern: '/plugins/privileges', handler: pull },
  { method: 'POST', pattern: '/plugins/pull', handler: pull },
  { method: 'POST', pattern: '/plugins/create', handler: create },
  {
    method: 'GET',
    pattern: '/plugins/{name*}/json',
    handler: on((plugin, { daemon }) => json(daemon, 200, pluginJson(plugin))),
  },
  post(
    'enable',
    on((plugin, { daemon }) => enablePlugin(daemon, plugin)),
  ),
  post('disable', on(disablePlugin)),
  post(
    'push',
    on((_plugin, call) => pull(call)),
  ),
  post(
    'upgrade',
    on((_plugin, call) => pull(call)),
  ),
  post('set', set),
  { method: 'DELETE', pattern: '/plugins/{name*}', handler: remove },
];
