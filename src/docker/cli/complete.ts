/**
 * What may stand at a place of a docker command line: subcommands, flags, names of containers, images, networks.
 * All from the spec tables; names come from the daemon.
 * @see docker/cli cli/command/completion/functions.go
 */
import type { Sys } from '../../linux/kernel/sys.ts';
import type { Completer } from '../../linux/shell/complete.ts';
import type { ContainerSummary, ImageSummary, NetworkInspect } from '../api/types.ts';
import { Client } from './client.ts';
import { Contexts } from './contexts/contexts.ts';
import { failed } from './failure.ts';
import { parseFlags } from './flags/parse.ts';
import { plugins } from './plugins.ts';
import { GLOBAL_FLAGS } from './root.ts';
import type { CommandSpec, FlagSpec, Names } from './spec.ts';
import { COMMANDS, childrenOf, findCommand, findGroup, GROUPS } from './tree.ts';

async function names(client: Client, what: Names): Promise<readonly string[] | undefined> {
  switch (what) {
    case 'file':
      return undefined;
    case 'image': {
      const list = await client.get<ImageSummary[]>('/images/json');
      return failed(list)
        ? []
        : list.flatMap((i) => i.RepoTags ?? []).flatMap((t) => (t.endsWith(':latest') ? [t, t.slice(0, -7)] : [t]));
    }
    case 'network': {
      const list = await client.get<NetworkInspect[]>('/networks');
      return failed(list) ? [] : list.map((n) => n.Name);
    }
    case 'volume': {
      const list = await client.get<{ Volumes: { Name: string }[] | null }>('/volumes');
      return failed(list) ? [] : (list.Volumes ?? []).map((v) => v.Name);
    }
    default: {
      const list = await client.get<ContainerSummary[]>('/containers/json', what === 'running' ? {} : { all: '1' });
      if (failed(list)) return [];
      const rows = what === 'stopped' ? list.filter((c) => c.State !== 'running') : list;
      return rows.flatMap((c) => c.Names.map((n) => n.slice(1)).filter((n) => !n.includes('/')));
    }
  }
}

const flagWords = (flags: readonly FlagSpec[]): string[] => [
  ...flags.filter((f) => !f.hidden).map((f) => `--${f.name}`),
  '--help',
];

/** The flag whose value is wanted after this word, if it takes one. */
function awaited(flags: readonly FlagSpec[], word: string): FlagSpec | undefined {
  if (!word.startsWith('-') || word.includes('=')) return undefined;
  const found = word.startsWith('--')
    ? flags.find((f) => f.name === word.slice(2))
    : flags.find((f) => f.short === word.at(-1));
  return found?.type === 'bool' ? undefined : found;
}

/** How many arguments stand before the word, and whether flags are over. */
function position(spec: CommandSpec, words: readonly string[]): { args: number; flagsOver: boolean } {
  let args = 0;
  for (let i = 0; i < words.length; i++) {
    const w = words[i] as string;
    if (args > 0 && spec.stopAtFirst) args++;
    else if (w.startsWith('-')) {
      if (awaited(spec.flags, w)) i++;
    } else args++;
  }
  return { args, flagsOver: args > 0 && spec.stopAtFirst === true };
}

async function ofCommand(
  spec: CommandSpec,
  before: readonly string[],
  word: string,
  client: Client,
): Promise<readonly string[] | undefined> {
  const { args, flagsOver } = position(spec, before);
  const wants = flagsOver ? undefined : awaited(spec.flags, before.at(-1) ?? '');
  if (wants) return wants.names ? names(client, wants.names) : [];
  if (word.startsWith('-') && !flagsOver) return flagWords(spec.flags);
  const kinds = spec.names ?? [];
  if (args >= spec.args.max) return [];
  if (spec.stopAtFirst && args >= kinds.length) return undefined;
  const kind = kinds[Math.min(args, kinds.length - 1)];
  return kind ? names(client, kind) : [];
}

/** Completer of `docker` for the shell. */
export const dockerCompleter: Completer = {
  async complete(words, index, sys: Sys) {
    const word = words[index] ?? '';
    const before = words.slice(1, index);
    let at = 0;
    while (at < before.length && (before[at] as string).startsWith('-'))
      at += awaited(GLOBAL_FLAGS, before[at] as string) ? 2 : 1;
    const { options } = parseFlags(GLOBAL_FLAGS, before.slice(0, at));
    const client = new Client(sys, Contexts.of(sys, options).host());
    for (let n = at + 1; n <= before.length; n++) {
      const path = before.slice(at, n);
      const spec = findCommand(path);
      if (spec) return ofCommand(spec, before.slice(n), word, client);
      if (!findGroup(path)) return [];
      if (n === before.length) return childrenOf(path).map(([name]) => name);
    }
    if (word.startsWith('-')) return flagWords(GLOBAL_FLAGS);
    const top = COMMANDS.filter((c) => c.path.length === 1).map((c) => c.path[0] as string);
    const plugged = plugins(sys).map((p) => p.name);
    return [...new Set([...top, ...GROUPS.map((g) => g.path[0] as string), ...plugged, 'help'])].sort();
  },
};
