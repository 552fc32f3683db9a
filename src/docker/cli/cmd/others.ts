/**
 * Commands that are known and not built yet: help, usage errors, and an honest answer. Those of a swarm ask the
 * daemon first, so that its own refusal is what one reads on an engine without a swarm.
 * Limits: most of their flags are not listed; they come with the commands.
 */
import { Failure, failed } from '../failure.ts';
import {
  ANY,
  type Arity,
  atLeast,
  between,
  type CommandSpec,
  command,
  exactly,
  flag,
  type GroupSpec,
  NONE,
} from '../spec.ts';
import { contextLs, contextShow } from './context.ts';
import { FORMAT_HELP } from './format.ts';

export const OTHER_GROUPS: readonly GroupSpec[] = Object.freeze([
  { path: ['builder'], short: 'Manage builds' },
  { path: ['buildx'], short: 'Build with BuildKit' },
  { path: ['checkpoint'], short: 'Manage checkpoints' },
  { path: ['config'], short: 'Manage configs of a swarm' },
  { path: ['context'], short: 'Manage contexts' },
  { path: ['manifest'], short: 'Manage image manifests and lists of them' },
  { path: ['node'], short: 'Manage nodes of a swarm' },
  { path: ['plugin'], short: 'Manage plugins' },
  { path: ['secret'], short: 'Manage secrets of a swarm' },
  { path: ['service'], short: 'Manage services of a swarm' },
  { path: ['stack'], short: 'Manage stacks of a swarm' },
  { path: ['swarm'], short: 'Manage a swarm' },
  { path: ['trust'], short: 'Manage trust in images' },
]);

/** A command that is not there: words, the rest of its usage line, one line about it, number of arguments. */
function known(words: string, use: string, short: string, args: Arity, aliases?: readonly string[]): CommandSpec {
  return command({ path: words.split(' '), use, short, args, aliases, flags: [] });
}

/** One that asks the daemon before it says so. */
function asks(spec: CommandSpec, method: string, path: string): CommandSpec {
  return command({
    ...spec,
    flags: spec.path.at(-1) === 'ls' ? LIST_FLAGS : spec.flags,
    run: async (ctx) => {
      const got = await ctx.client.call(method, path);
      if (failed(got)) return got;
      return new Failure(`docker: '${ctx.invoked}' is not part of this laboratory yet`);
    },
  });
}

const LIST_FLAGS = [
  flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
  flag('format', 'string', FORMAT_HELP),
  flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
];

const search = command({
  ...known('search', '[OPTIONS] TERM', 'Look for images on Docker Hub', exactly(1)),
  run: async (ctx, _o, args) => {
    const got = await ctx.client.call('GET', '/images/search', { query: { term: args[0] } });
    return failed(got) ? got : new Failure(`docker: '${ctx.invoked}' is not part of this laboratory yet`);
  },
});

const login = command({
  ...known('login', '[OPTIONS] [SERVER]', 'Log in to a registry', between(0, 1)),
  run: async (ctx) => {
    if (!ctx.sys.isatty(0)) return new Failure('Error: Cannot perform an interactive login from a non TTY device');
    return new Failure(`docker: '${ctx.invoked}' is not part of this laboratory yet`);
  },
});

const images: readonly CommandSpec[] = [
  login,
  known('logout', '[SERVER]', 'Log out of a registry', between(0, 1)),
  search,
  known(
    'manifest annotate',
    '[OPTIONS] MANIFEST_LIST MANIFEST',
    'Add what a local manifest list says of an image',
    exactly(2),
  ),
  known('manifest create', 'MANIFEST_LIST MANIFEST [MANIFEST...]', 'Make a local manifest list', atLeast(2)),
  known('manifest inspect', '[OPTIONS] [MANIFEST_LIST] MANIFEST', 'Show a manifest or a list of them', between(1, 2)),
  known('manifest push', '[OPTIONS] MANIFEST_LIST', 'Send a manifest list to a registry', exactly(1)),
  known('manifest rm', 'MANIFEST_LIST [MANIFEST_LIST...]', 'Remove local manifest lists', atLeast(1)),
  known('trust inspect', 'IMAGE[:TAG] [IMAGE[:TAG]...]', 'Show keys and signatures', atLeast(1)),
  known('trust revoke', '[OPTIONS] IMAGE[:TAG]', 'Take trust from an image', exactly(1)),
  known('trust sign', 'IMAGE:TAG', 'Sign an image', exactly(1)),
];

const plugins: readonly CommandSpec[] = [
  known('checkpoint create', '[OPTIONS] CONTAINER CHECKPOINT', 'Make a checkpoint of a running container', exactly(2)),
  known('checkpoint ls', '[OPTIONS] CONTAINER', 'List the checkpoints of a container', exactly(1), [
    'checkpoint ls',
    'checkpoint list',
  ]),
  known('checkpoint rm', '[OPTIONS] CONTAINER CHECKPOINT', 'Remove a checkpoint', exactly(2), [
    'checkpoint rm',
    'checkpoint remove',
  ]),
  known('plugin create', '[OPTIONS] PLUGIN PLUGIN-DATA-DIR', 'Make a plugin', exactly(2)),
  known('plugin disable', '[OPTIONS] PLUGIN', 'Turn a plugin off', exactly(1)),
  known('plugin enable', '[OPTIONS] PLUGIN', 'Turn a plugin on', exactly(1)),
  known('plugin inspect', '[OPTIONS] PLUGIN [PLUGIN...]', 'Show everything about plugins', atLeast(1)),
  known('plugin install', '[OPTIONS] PLUGIN [KEY=VALUE...]', 'Install a plugin', atLeast(1)),
  known('plugin ls', '[OPTIONS]', 'List plugins', NONE, ['plugin ls', 'plugin list']),
  known('plugin push', '[OPTIONS] PLUGIN[:TAG]', 'Send a plugin to a registry', exactly(1)),
  known('plugin rm', '[OPTIONS] PLUGIN [PLUGIN...]', 'Remove plugins', atLeast(1), ['plugin rm', 'plugin remove']),
  known('plugin set', 'PLUGIN KEY=VALUE [KEY=VALUE...]', 'Change settings of a plugin', atLeast(2)),
  known('plugin upgrade', '[OPTIONS] PLUGIN [REMOTE]', 'Upgrade a plugin', between(1, 2)),
  known('context create', '[OPTIONS] CONTEXT', 'Make a context', exactly(1)),
  known('context export', '[OPTIONS] CONTEXT [FILE|-]', 'Write a context to a tar archive', between(1, 2)),
  known('context import', 'CONTEXT FILE|-', 'Read a context from a tar or zip archive', exactly(2)),
  known('context inspect', '[OPTIONS] [CONTEXT] [CONTEXT...]', 'Show everything about contexts', ANY),
  known('context rm', 'CONTEXT [CONTEXT...]', 'Remove contexts', atLeast(1), ['context rm', 'context remove']),
  known('context update', '[OPTIONS] CONTEXT', 'Change a context', exactly(1)),
  known('context use', 'CONTEXT', 'Use a context from now on', exactly(1)),
  contextLs,
  contextShow,
];

const swarm: readonly CommandSpec[] = [
  ...(['config', 'secret'] as const).flatMap((what) => [
    known(
      `${what} create`,
      `[OPTIONS] ${what.toUpperCase()} file|-`,
      `Make a ${what} of a file or of standard input`,
      exactly(2),
    ),
    known(
      `${what} inspect`,
      `[OPTIONS] ${what.toUpperCase()} [${what.toUpperCase()}...]`,
      `Show everything about ${what}s`,
      atLeast(1),
    ),
    asks(known(`${what} ls`, '[OPTIONS]', `List ${what}s`, NONE, [`${what} ls`, `${what} list`]), 'GET', `/${what}s`),
    known(`${what} rm`, `${what.toUpperCase()} [${what.toUpperCase()}...]`, `Remove ${what}s`, atLeast(1), [
      `${what} rm`,
      `${what} remove`,
    ]),
  ]),
  known('node demote', 'NODE [NODE...]', 'Make managers workers', atLeast(1)),
  known('node inspect', '[OPTIONS] self|NODE [NODE...]', 'Show everything about nodes', atLeast(1)),
  asks(known('node ls', '[OPTIONS]', 'List the nodes of the swarm', NONE, ['node ls', 'node list']), 'GET', '/nodes'),
  known('node promote', 'NODE [NODE...]', 'Make workers managers', atLeast(1)),
  known('node ps', '[OPTIONS] [NODE...]', 'List the tasks that run on nodes (this one if none is named)', ANY),
  known('node rm', '[OPTIONS] NODE [NODE...]', 'Remove nodes from the swarm', atLeast(1), ['node rm', 'node remove']),
  known('node update', '[OPTIONS] NODE', 'Change a node', exactly(1)),
  known('service create', '[OPTIONS] IMAGE [COMMAND] [ARG...]', 'Make a service', atLeast(1)),
  known('service inspect', '[OPTIONS] SERVICE [SERVICE...]', 'Show everything about services', atLeast(1)),
  known('service logs', '[OPTIONS] SERVICE|TASK', 'Print what a service or task has written', exactly(1)),
  asks(known('service ls', '[OPTIONS]', 'List services', NONE, ['service ls', 'service list']), 'GET', '/services'),
  known('service ps', '[OPTIONS] SERVICE [SERVICE...]', 'List the tasks of services', atLeast(1)),
  known('service rm', 'SERVICE [SERVICE...]', 'Remove services', atLeast(1), ['service rm', 'service remove']),
  known('service rollback', '[OPTIONS] SERVICE', 'Take back the last change of a service', exactly(1)),
  known('service scale', 'SERVICE=REPLICAS [SERVICE=REPLICAS...]', 'Set how many replicas services have', atLeast(1)),
  known('service update', '[OPTIONS] SERVICE', 'Change a service', exactly(1)),
  known('stack config', '[OPTIONS]', 'Print the final configuration after merging', NONE),
  known('stack deploy', '[OPTIONS] STACK', 'Deploy a stack or change it', exactly(1), ['stack deploy', 'stack up']),
  asks(known('stack ls', '[OPTIONS]', 'List stacks', NONE, ['stack ls', 'stack list']), 'GET', '/services'),
  known('stack ps', '[OPTIONS] STACK', 'List the tasks of a stack', exactly(1)),
  known('stack rm', '[OPTIONS] STACK [STACK...]', 'Remove stacks', atLeast(1), [
    'stack rm',
    'stack remove',
    'stack down',
  ]),
  known('stack services', '[OPTIONS] STACK', 'List the services of a stack', exactly(1)),
  known('swarm ca', '[OPTIONS]', 'Show the root CA, or turn it over', NONE),
  known('swarm init', '[OPTIONS]', 'Begin a swarm', NONE),
  known('swarm join', '[OPTIONS] HOST:PORT', 'Join a swarm', exactly(1)),
  asks(
    known('swarm join-token', '[OPTIONS] (worker|manager)', 'Show the tokens that let nodes join', exactly(1)),
    'GET',
    '/swarm',
  ),
  asks(
    command({
      ...known('swarm leave', '[OPTIONS]', 'Leave the swarm', NONE),
      flags: [flag('force', 'bool', 'Whatever it means for the swarm', { short: 'f' })],
    }),
    'POST',
    '/swarm/leave',
  ),
  known('swarm unlock', '', 'Unlock a swarm', NONE),
  known('swarm unlock-key', '[OPTIONS]', 'Show the key that unlocks it', NONE),
  known('swarm update', '[OPTIONS]', 'Change the swarm', NONE),
];

/** Commands that are known and not built yet. */
export const OTHER_COMMANDS: readonly CommandSpec[] = Object.freeze([...images, ...plugins, ...swarm]);
