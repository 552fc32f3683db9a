/** `docker buildx ls, create, use, rm, stop, version`. @see docker/buildx commands */

import { text } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { type Listing, renderList } from '../../formatter/table.ts';
import { humanDuration, parseTime } from '../../formatter/time.ts';
import { between, command, flag, NONE } from '../../spec.ts';
import {
  allBuilders,
  BUILDKIT,
  BUILDX,
  type Builder,
  choose,
  currentBuilder,
  DRIVERS,
  findBuilder,
  forget,
  instancePath,
  lastActivity,
  type Node,
  PLATFORMS,
  saveBuilder,
} from './builders.ts';

const builderFlag = flag('builder', 'string', 'Builder that is meant');

interface Row {
  readonly builder: Builder;
  readonly isCurrent: boolean;
  readonly node: Node | undefined;
}

/** Whether it could build at once. */
export const statusOf = ({ Driver }: Builder): string => (Driver === 'docker' ? 'running' : 'inactive');

/** The first is named, variants are counted. @see commands/ls.go: truncPlatforms */
function shortPlatforms(list: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const p of list) {
    const main = p.split('/').slice(0, 2).join('/');
    groups.set(main, [...(groups.get(main) ?? []), p]);
  }
  return [...groups]
    .map(([main, all]) => (all.length === 1 ? (all[0] as string) : `${main} (+${all.length})`))
    .join(', ');
}

/** `3 minutes ago`; '' when it never built. */
function activityShown(ctx: Ctx, b: Builder): string {
  const time = lastActivity(ctx, b);
  return time === undefined ? '' : `${humanDuration(ctx.now() - (parseTime(time)?.seconds ?? 0))} ago`;
}

function listing(ctx: Ctx, isTable: boolean, trunc: boolean): Listing<Row> {
  return {
    type: 'commands.lsContext',
    headers: {
      Name: 'NAME/NODE',
      DriverEndpoint: 'DRIVER/ENDPOINT',
      LastActivity: 'LAST ACTIVITY',
      Status: 'STATUS',
      Buildkit: 'BUILDKIT',
      Platforms: 'PLATFORMS',
    },
    columns: ({ builder, isCurrent, node }) => {
      const indent = isTable && node ? ' \\_ ' : '';
      const isRunning = node !== undefined && builder.Driver === 'docker';
      return {
        Name: node ? `${indent}${node.Name}` : `${builder.Name}${isCurrent && isTable ? '*' : ''}`,
        DriverEndpoint: node ? `${indent}${node.Endpoint}` : builder.Driver,
        LastActivity: node ? '' : activityShown(ctx, builder),
        Status: node ? statusOf(builder) : '',
        Buildkit: isRunning ? BUILDKIT : '',
        Platforms: isRunning ? (trunc && isTable ? shortPlatforms(PLATFORMS) : PLATFORMS.join(', ')) : '',
        Error: '',
      };
    },
  };
}

const COLUMNS = '{{.Name}}\\t{{.DriverEndpoint}}\\t{{.Status}}\\t{{.Buildkit}}\\t{{.Platforms}}';

const ls = command({
  path: ['buildx', 'ls'],
  buildx: true,
  aliases: ['buildx ls'],
  use: '',
  short: 'List builders',
  args: NONE,
  flags: [
    flag('format', 'string', 'How to print it', { default: 'table' }),
    flag('no-trunc', 'bool', 'Print all of it'),
  ],
  run: async (ctx, o) => {
    const current = currentBuilder(ctx).Name;
    const rows = allBuilders(ctx).flatMap((builder): Row[] => {
      const isCurrent = builder.Name === current;
      return [{ builder, isCurrent, node: undefined }, ...builder.Nodes.map((node) => ({ builder, isCurrent, node }))];
    });
    const format = o.string('format');
    const isTable = format.startsWith('table');
    if (format === 'json') {
      for (const b of allBuilders(ctx)) await ctx.out(`${JSON.stringify({ ...b, Current: b.Name === current })}\n`);
      return 0;
    }
    const made = renderList(listing(ctx, isTable, !o.bool('no-trunc')), rows, format, COLUMNS, '');
    await ctx.out(made.text);
    return made.failure ?? 0;
  },
});

/** A builder of its own runs an image, which has to be there. */
export async function boot(ctx: Ctx): Promise<Failure | undefined> {
  const reply = await ctx.client.call('POST', '/images/create', {
    query: { fromImage: 'docker.io/moby/buildkit', tag: 'buildx-stable-1' },
  });
  return new Failure(
    `ERROR: ${failed(reply) ? reply.message : 'failed to boot the builder: BuildKit is not in this image'}`,
  );
}

/** Halves of the names that builders get. */
const FIRST = 'admiring bold clever determined eager focused gallant happy jolly keen lucid modest'.split(' ');
const LAST = 'archimedes bell curie darwin euclid fermi galileo hopper keller lamarr meitner noether'.split(' ');

function newName(ctx: Ctx): string {
  const bytes = ctx.sys.readFile('/proc/sys/kernel/random/uuid');
  const uuid = isErr(bytes) ? '0' : text(bytes);
  const n = Number.parseInt(uuid.slice(0, 8), 16) || 0;
  return `${FIRST[n % FIRST.length]}_${LAST[Math.floor(n / FIRST.length) % LAST.length]}`;
}

const create = command({
  path: ['buildx', 'create'],
  buildx: true,
  aliases: ['buildx create'],
  use: '[OPTIONS] [CONTEXT|ENDPOINT]',
  short: 'Make a builder',
  args: between(0, 1),
  flags: [
    flag('append', 'bool', 'Add a node to it'),
    flag('bootstrap', 'bool', 'Start it'),
    flag('buildkitd-config', 'string', 'Settings of its daemon'),
    flag('buildkitd-flags', 'string', 'Flags of its daemon'),
    flag('driver', 'string', 'Driver (docker-container, kubernetes, remote)'),
    flag('driver-opt', 'stringArray', "The driver's settings"),
    flag('leave', 'bool', 'Remove a node of it'),
    flag('name', 'string', 'Its name'),
    flag('node', 'string', "The node's name"),
    flag('platform', 'strings', 'Platforms of the node'),
    flag('use', 'bool', 'Use it from now on'),
  ],
  run: async (ctx, o, args) => {
    const name = o.string('name').toLowerCase() || newName(ctx);
    const driver = o.string('driver') || 'docker-container';
    if (name === 'default')
      return new Failure('ERROR: default is a reserved name and cannot be used to identify builder instance');
    if (!/^[a-z][a-z0-9\-_.]*$/.test(name))
      return new Failure(
        `ERROR: invalid name ${name}, name needs to start with a letter and may not contain symbols, except ._-`,
      );
    const old = findBuilder(ctx, name);
    if (o.bool('append') && !old)
      return new Failure(`ERROR: failed to find instance ${JSON.stringify(name)} for append`);
    if (old && !old.Dynamic && !o.bool('append') && o.string('node') === '')
      return new Failure(
        `ERROR: existing instance for ${JSON.stringify(name)} but no append mode, specify the node name to make changes for existing instances`,
      );
    if (driver === 'docker') return new Failure('ERROR: additional instances of driver "docker" cannot be created');
    if (!DRIVERS.includes(driver)) return new Failure(`ERROR: failed to find driver ${JSON.stringify(driver)}`);
    const nodes = old && !old.Dynamic ? [...old.Nodes] : [];
    const opts = Object.fromEntries(
      o
        .list('driver-opt')
        .flatMap((t) => t.split(','))
        .map((t) => [t.split('=')[0] as string, t.slice(t.indexOf('=') + 1)]),
    );
    const host = ctx.contexts.host();
    const flags = o.string('buildkitd-flags');
    nodes.push({
      Name: o.string('node') || `${name}${nodes.length}`,
      Endpoint: args[0] ?? (failed(host) ? 'unix:///var/run/docker.sock' : host),
      Platforms: o.list('platform').length > 0 ? o.list('platform') : null,
      DriverOpts: Object.keys(opts).length > 0 ? opts : null,
      Flags:
        flags === ''
          ? driver === 'docker-container'
            ? ['--allow-insecure-entitlement=network.host']
            : null
          : flags.split(' '),
    });
    saveBuilder(ctx, { Name: name, Driver: driver, Nodes: nodes, Dynamic: false });
    if (o.bool('use')) choose(ctx, name);
    if (o.bool('bootstrap')) {
      const booted = await boot(ctx);
      if (failed(booted)) return booted;
    }
    await ctx.out(`${name}\n`);
    return 0;
  },
});

const use = command({
  path: ['buildx', 'use'],
  buildx: true,
  aliases: ['buildx use'],
  use: '[OPTIONS] NAME',
  short: 'Choose a builder',
  args: between(0, 1),
  flags: [builderFlag, flag('default', 'bool', 'For the present context'), flag('global', 'bool', 'For all contexts')],
  run: async (ctx, o, args) => {
    const name = args[0] ?? o.string('builder');
    const b = findBuilder(ctx, name);
    if (b && !b.Dynamic) {
      choose(ctx, b.Name);
      return 0;
    }
    if (name === 'default' && ctx.contexts.current !== name)
      return new Failure('ERROR: run `docker context use default` to switch to default context');
    if (b && name !== '') return new Failure(`ERROR: run \`docker context use ${name}\` to switch to context ${name}`);
    const path = instancePath(ctx, name);
    return new Failure(
      `ERROR: failed to find instance ${JSON.stringify(name)}: open ${path}: no such file or directory`,
    );
  },
});

const rm = command({
  path: ['buildx', 'rm'],
  buildx: true,
  aliases: ['buildx rm'],
  use: '[OPTIONS] [NAME] [NAME...]',
  short: 'Remove builders',
  args: { min: 0, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('all-inactive', 'bool', 'All that do not run'),
    builderFlag,
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('keep-daemon', 'bool', 'Let its daemon run'),
    flag('keep-state', 'bool', 'Keep what it has'),
  ],
  run: async (ctx, o, args) => {
    if (o.bool('all-inactive')) {
      if (args.length > 0) return new Failure('ERROR: cannot specify builder name when --all-inactive is set');
      const question =
        'WARNING! This will remove all builders that are not in running state. Are you sure you want to continue?';
      if (!o.bool('force') && !(await ctx.confirm(question))) return 0;
      for (const b of allBuilders(ctx).filter((x) => !x.Dynamic)) {
        forget(ctx, b);
        await ctx.err(`${b.Name} removed\n`);
      }
      return 0;
    }
    let isWrong = false;
    for (const name of args.length > 0 ? args : [o.string('builder')]) {
      const b = findBuilder(ctx, name);
      const why = !b
        ? `no builder ${JSON.stringify(name)} found`
        : b.Dynamic
          ? `context builder cannot be removed, run \`docker context rm ${b.Name}\` to remove this context`
          : undefined;
      if (why === undefined) {
        forget(ctx, b as Builder);
        await ctx.err(`${name} removed\n`);
      } else {
        isWrong = true;
        await ctx.err(`failed to remove ${name}: ${why}\n`);
      }
    }
    return isWrong ? new Failure('ERROR: failed to remove one or more builders') : 0;
  },
});

const stop = command({
  path: ['buildx', 'stop'],
  buildx: true,
  aliases: ['buildx stop'],
  use: '[NAME]',
  short: 'Stop a builder',
  args: between(0, 1),
  flags: [builderFlag],
  run: async (ctx, o, args) => {
    const name = args[0] ?? o.string('builder');
    return findBuilder(ctx, name) ? 0 : new Failure(`ERROR: no builder ${JSON.stringify(name)} found`);
  },
});

const version = command({
  path: ['buildx', 'version'],
  buildx: true,
  aliases: ['buildx version'],
  use: '',
  short: 'Show the version of buildx',
  args: NONE,
  flags: [],
  run: async (ctx) => {
    await ctx.out(`github.com/docker/buildx ${BUILDX.version} ${BUILDX.revision}\n`);
    return 0;
  },
});

/** Those about builders, but `inspect`. */
export const BUILDER_COMMANDS = [create, ls, rm, stop, use, version];
