/**
 * The groups of commands, the commands that have no group's folder, and those that are known and not built yet: help, usage
 * errors, and an honest answer.
 * Limits: what has no run of its own here has its flags all the same.
 */
import { type Arity, type CommandSpec, command, exactly, type FlagSpec, flag, type GroupSpec } from '../spec.ts';
import { login, logout } from './login.ts';
import { manifestCommands } from './manifest.ts';
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

const checkpointDir = flag('checkpoint-dir', 'string', 'Where checkpoints are kept');

/** What only an engine with experimental features has. */
const experimental = (spec: CommandSpec): CommandSpec => command({ ...spec, experimental: true });

const images: readonly CommandSpec[] = [login, logout, search, ...manifestCommands, ...trustCommands];

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
