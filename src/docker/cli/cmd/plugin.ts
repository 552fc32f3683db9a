/** docker plugin: what the daemon says of plugins. @see docker/cli cli/command/plugin */

import { join } from '../../../base/bytes.ts';
import { writeTar } from '../../../base/tar.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import { packLocal } from '../archive/local.ts';
import { filterQuery } from '../client.ts';
import { Failure, failed } from '../failure.ts';
import { type Column, type Listing, renderList } from '../formatter/table.ts';
import { inspectAll } from '../inspector.ts';
import { fullName, parseReference, tagged } from '../reference.ts';
import { atLeast, between, type CommandSpec, command, exactly, flag, NONE } from '../spec.ts';
import { ANY_MAP } from '../template/value.ts';
import { forEach } from './container/each.ts';
import { FORMAT_HELP, INSPECT_FORMAT_HELP } from './format.ts';

interface Plugin {
  readonly Id: string;
  readonly Name: string;
  readonly Enabled: boolean;
  readonly Config: { readonly Description: string };
  readonly PluginReference?: string;
}

const LISTING: Listing<Plugin> = {
  type: 'plugin.pluginContext',
  headers: {
    ID: 'ID',
    Name: 'NAME',
    Description: 'DESCRIPTION',
    Enabled: 'ENABLED',
    PluginReference: 'PLUGIN REFERENCE',
  },
  columns: (p): Record<string, Column> => ({
    ID: p.Id.slice(0, 12),
    Name: p.Name,
    Description: p.Config.Description,
    Enabled: String(p.Enabled),
    PluginReference: p.PluginReference ?? '',
  }),
};

const ls = command({
  path: ['plugin', 'ls'],
  aliases: ['plugin ls', 'plugin list'],
  use: '[OPTIONS]',
  short: 'List plugins',
  args: NONE,
  flags: [
    flag('filter', 'filter', 'Show those that meet a condition (enabled=true)', { short: 'f' }),
    flag('format', 'string', FORMAT_HELP),
    flag('no-trunc', 'bool', 'Whole ids'),
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
  ],
  run: async (ctx, o) => {
    const got = await ctx.client.get<Plugin[]>('/plugins', { filters: filterQuery(o.list('filter')) });
    if (failed(got)) return got;
    const format = ctx.listFormat(o, 'pluginsFormat');
    const chosen = o.bool('quiet') && format === '' ? '{{.ID}}' : format;
    const table = '{{.ID}}\\t{{.Name}}\\t{{.Description}}\\t{{.Enabled}}';
    const { text, failure } = renderList(LISTING, got, chosen, table);
    await ctx.out(text);
    return failure ?? 0;
  },
});

const inspect = command({
  path: ['plugin', 'inspect'],
  use: '[OPTIONS] PLUGIN [PLUGIN...]',
  short: 'Show everything about plugins',
  args: atLeast(1),
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' })],
  run: (ctx, o, args) =>
    inspectAll(ctx, args, o.string('format'), async (name) => {
      const raw = await ctx.client.getRaw(`/plugins/${name}/json`);
      return failed(raw) ? raw : { raw, type: ANY_MAP };
    }),
});

/** `docker plugin create` */
const create = command({
  path: ['plugin', 'create'],
  use: '[OPTIONS] PLUGIN PLUGIN-DATA-DIR',
  short: 'Make a plugin',
  args: exactly(2),
  flags: [flag('compress', 'bool', 'Compress what is sent')],
  run: async (ctx, _o, [name = '', dir = '']) => {
    const ref = parseReference(name);
    if ('error' in ref) return new Failure(ref.error);
    const path = dir.startsWith('/') ? dir : `${ctx.sys.cwd()}/${dir}`.replace(/\/\.?$/, '');
    const found = ctx.sys.stat(path);
    if (isErr(found)) return new Failure(`lstat ${path}: ${found.text.toLowerCase()}`);
    if (found.kind !== 'dir') return new Failure('context must be a directory');
    const config = ctx.file(`${path}/config.json`);
    if ('error' in config) return new Failure(config.error);
    const entries = [...packLocal(ctx.sys, path, '.')].map((e) => ({ ...e, name: e.name.replace(/^\.\//, '') }));
    const sent = await ctx.client.call('POST', '/plugins/create', {
      query: { name },
      raw: join(writeTar(entries.filter((e) => e.name !== '.'))),
      headers: { 'content-type': 'application/x-tar' },
    });
    if (failed(sent)) return sent;
    await ctx.out(`${name}\n`);
    return 0;
  },
});

/** `docker.io/vieux/sshfs` */
function remoteOf(name: string): string {
  const ref = parseReference(name);
  if ('error' in ref) return name;
  const r = tagged(ref.value);
  return fullName(r);
}

const install = command({
  path: ['plugin', 'install'],
  use: '[OPTIONS] PLUGIN [KEY=VALUE...]',
  short: 'Install a plugin',
  args: atLeast(1),
  flags: [
    flag('alias', 'string', 'Name that it has here'),
    flag('disable', 'bool', 'Do not turn it on'),
    flag('grant-all-permissions', 'bool', 'Whatever it asks for'),
  ],
  run: async (ctx, _o, [name = '']) => {
    const got = await ctx.client.call('GET', '/plugins/privileges', { query: { remote: remoteOf(name) } });
    return failed(got) ? got : 0;
  },
});

/** One request for a plugin that is there; its name is printed when it went well. */
const simple = (
  verb: string,
  use: string,
  short: string,
  method: string,
  path: (name: string) => string,
): CommandSpec =>
  command({
    path: ['plugin', verb],
    ...(verb === 'rm' ? { aliases: ['plugin rm', 'plugin remove'] } : {}),
    use,
    short,
    args: verb === 'rm' ? atLeast(1) : verb === 'set' ? atLeast(2) : verb === 'upgrade' ? between(1, 2) : exactly(1),
    flags: ['rm', 'disable'].includes(verb) ? [flag('force', 'bool', 'Even if it is in use', { short: 'f' })] : [],
    run: (ctx, _o, args) =>
      forEach(ctx, verb === 'rm' ? args : args.slice(0, 1), (name) =>
        ctx.client.call(method, path(name), verb === 'set' ? { body: args.slice(1) } : {}),
      ),
  });

export const pluginCommands: readonly CommandSpec[] = Object.freeze([
  create,
  simple('disable', '[OPTIONS] PLUGIN', 'Turn a plugin off', 'POST', (n) => `/plugins/${n}/disable`),
  simple('enable', '[OPTIONS] PLUGIN', 'Turn a plugin on', 'POST', (n) => `/plugins/${n}/enable`),
  inspect,
  install,
  ls,
  simple('push', '[OPTIONS] PLUGIN[:TAG]', 'Send a plugin to a registry', 'POST', (n) => `/plugins/${n}/push`),
  simple('rm', '[OPTIONS] PLUGIN [PLUGIN...]', 'Remove plugins', 'DELETE', (n) => `/plugins/${n}`),
  simple('set', 'PLUGIN KEY=VALUE [KEY=VALUE...]', 'Change settings of a plugin', 'POST', (n) => `/plugins/${n}/set`),
  simple('upgrade', '[OPTIONS] PLUGIN [REMOTE]', 'Upgrade a plugin', 'GET', (n) => `/plugins/${n}/json`),
]);
