/**
 * The groups of commands, the commands that have no group's folder, and those that are known and not built yet: help, usage
 * errors, and an honest answer.
 * Limits: what has no run of its own here has its flags all the same.
 */
import { Failure, failed } from '../failure.ts';
import { fullName, parseReference, tagged } from '../reference.ts';
import {
  type Arity,
  atLeast,
  between,
  type CommandSpec,
  command,
  exactly,
  type FlagSpec,
  flag,
  type GroupSpec,
} from '../spec.ts';
import { login, logout } from './login.ts';
import { pluginCommands } from './plugin.ts';
import { search } from './search.ts';
import { trustCommands } from './trust.ts';

export const OTHER_GROUPS: readonly GroupSpec[] = Object.freeze([
  { path: ['builder'], short: 'Manage builds' },
  { path: ['buildx'], short: 'Build with BuildKit' },
  { path: ['buildx', 'imagetools'], short: 'Work on images in registries' },
  { path: ['checkpoint'], short: 'Manage checkpoints', experimental: true },
  { path: ['config'], short: 'Manage configs of a swarm', swarm: 'manager' },
  { path: ['context'], short: 'Manage contexts' },
  { path: ['manifest'], short: 'Manage image manifests and lists of them' },
  { path: ['node'], short: 'Manage nodes of a swarm', swarm: 'manager' },
  { path: ['plugin'], short: 'Manage plugins' },
  { path: ['secret'], short: 'Manage secrets of a swarm', swarm: 'manager' },
  { path: ['service'], short: 'Manage services of a swarm', swarm: 'manager' },
  { path: ['stack'], short: 'Manage stacks of a swarm', swarm: 'manager' },
  { path: ['swarm'], short: 'Manage a swarm' },
  { path: ['trust'], short: 'Manage trust in images' },
]);

/** A command that is not there: words, the rest of its usage line, one line about it, number of arguments. */
function known(
  words: string,
  use: string,
  short: string,
  args: Arity,
  { aliases, flags = [] }: { readonly aliases?: readonly string[]; readonly flags?: readonly FlagSpec[] } = {},
): CommandSpec {
  return command({ path: words.split(' '), use, short, args, aliases, flags });
}

const insecure = flag('insecure', 'bool', 'Talk to the registry without TLS');
const checkpointDir = flag('checkpoint-dir', 'string', 'Where checkpoints are kept');

/** What only an engine with experimental features has. */
const experimental = (spec: CommandSpec): CommandSpec => command({ ...spec, experimental: true });

/** One that looks among manifest lists that were made here: there are none. */
const noManifest = (spec: CommandSpec): CommandSpec =>
  command({
    ...spec,
    run: async (_ctx, _o, [name = '']) => {
      const ref = parseReference(name);
      if ('error' in ref) return new Failure(ref.error);
      const full = tagged(ref.value);
      return new Failure(`No such manifest: ${fullName(full)}:${full.tag}`);
    },
  });

/** One that looks for a manifest in its registry; whether it is there is asked of the daemon. */
const registered = (spec: CommandSpec): CommandSpec =>
  command({
    ...spec,
    run: async (ctx, _o, args) => {
      const name = args.at(-1) ?? '';
      const ref = parseReference(name);
      if ('error' in ref) return new Failure(ref.error);
      const full = tagged(ref.value);
      const got = await ctx.client.call('GET', `/distribution/${name}/json`);
      if (!failed(got)) return new Failure(`docker: '${ctx.invoked}' is not part of this laboratory yet`);
      return got.message.includes('denied') ? new Failure(`no such manifest: ${fullName(full)}:${full.tag}`) : got;
    },
  });

const images: readonly CommandSpec[] = [
  login,
  logout,
  search,
  known(
    'manifest annotate',
    '[OPTIONS] MANIFEST_LIST MANIFEST',
    'Add what a local manifest list says of an image',
    exactly(2),
    {
      flags: [
        flag('arch', 'string', 'Architecture'),
        flag('os', 'string', 'Operating system'),
        flag('os-features', 'strings', 'Features of the operating system'),
        flag('os-version', 'string', 'Version of the operating system'),
        flag('variant', 'string', 'Variant of the architecture'),
      ],
    },
  ),
  known('manifest create', 'MANIFEST_LIST MANIFEST [MANIFEST...]', 'Make a local manifest list', atLeast(2), {
    flags: [flag('amend', 'bool', 'Change a list that is there', { short: 'a' }), insecure],
  }),
  registered(
    known(
      'manifest inspect',
      '[OPTIONS] [MANIFEST_LIST] MANIFEST',
      'Show a manifest or a list of them',
      between(1, 2),
      {
        flags: [insecure, flag('verbose', 'bool', 'With layers and platform', { short: 'v' })],
      },
    ),
  ),
  noManifest(
    known('manifest push', '[OPTIONS] MANIFEST_LIST', 'Send a manifest list to a registry', exactly(1), {
      flags: [insecure, flag('purge', 'bool', 'Remove the local list afterwards', { short: 'p' })],
    }),
  ),
  noManifest(known('manifest rm', 'MANIFEST_LIST [MANIFEST_LIST...]', 'Remove local manifest lists', atLeast(1))),
  ...trustCommands,
];

const plugins: readonly CommandSpec[] = [
  experimental(
    known(
      'checkpoint create',
      '[OPTIONS] CONTAINER CHECKPOINT',
      'Make a checkpoint of a running container',
      exactly(2),
      { flags: [checkpointDir, flag('leave-running', 'bool', 'Leave it running')] },
    ),
  ),
  experimental(
    known('checkpoint ls', '[OPTIONS] CONTAINER', 'List the checkpoints of a container', exactly(1), {
      aliases: ['checkpoint ls', 'checkpoint list'],
      flags: [checkpointDir],
    }),
  ),
  experimental(
    known('checkpoint rm', '[OPTIONS] CONTAINER CHECKPOINT', 'Remove a checkpoint', exactly(2), {
      aliases: ['checkpoint rm', 'checkpoint remove'],
      flags: [checkpointDir],
    }),
  ),
  ...pluginCommands,
];

/** Commands that have no group's folder, built or not. */
export const OTHER_COMMANDS: readonly CommandSpec[] = Object.freeze([...images, ...plugins]);
