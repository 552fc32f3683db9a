/** What may stand at a place of a compose command line. @see docker/compose cmd/compose/completion.go */
import type { Sys } from '../../linux/kernel/sys.ts';
import type { Completer } from '../../linux/shell/complete.ts';
import { Client } from '../cli/client.ts';
import { Ctx } from '../cli/context.ts';
import { Contexts } from '../cli/contexts/contexts.ts';
import { failed } from '../cli/failure.ts';
import { parseFlags } from '../cli/flags/parse.ts';
import type { FlagSpec } from '../cli/spec.ts';
import { COMMANDS, findCompose } from './commands.ts';
import { Compose } from './compose.ts';
import { ROOT_FLAGS } from './root.ts';
import { flagsOf } from './spec.ts';

/** A context that says nothing. */
class Silent extends Ctx {
  override async out(): Promise<void> {}
  override async err(): Promise<void> {}
}

async function services(sys: Sys, root: readonly string[]): Promise<readonly string[]> {
  const { options } = parseFlags(ROOT_FLAGS, root, true);
  const contexts = Contexts.of(sys, options);
  const c = await Compose.of(
    new Silent(sys, new Client(sys, contexts.host()), 'docker compose', contexts),
    options,
    false,
  );
  const project = failed(c) ? c : await c.project();
  return failed(project) ? [] : Object.keys(project.services);
}

const flagWords = (flags: readonly FlagSpec[]): string[] => [
  ...flags.filter((f) => !f.hidden).map((f) => `--${f.name}`),
  '--help',
];

/** The word before takes the next one as its value. */
function awaits(flags: readonly FlagSpec[], word: string): boolean {
  if (!word.startsWith('-') || word.includes('=')) return false;
  const found = flags.find((f) => (word.startsWith('--') ? f.name === word.slice(2) : f.short === word.at(-1)));
  return found !== undefined && found.type !== 'bool';
}

/** Completer of `docker compose` and `docker-compose`. */
export const composeCompleter: Completer = {
  async complete(words, index, sys: Sys) {
    const word = words[index] ?? '';
    const before = words.slice(words[0] === 'docker' ? 2 : 1, index);
    let at = 0;
    while (at < before.length && (before[at] as string).startsWith('-'))
      at += awaits(ROOT_FLAGS, before[at] as string) ? 2 : 1;
    if (at > before.length) return undefined;
    const name = before[at];
    if (name === undefined)
      return word.startsWith('-') ? flagWords(ROOT_FLAGS) : COMMANDS.filter((c) => !c.hidden).map((c) => c.name);
    const spec = findCompose(name);
    if (!spec) return [];
    const rest = before.slice(at + 1);
    const given = rest.filter((w) => !w.startsWith('-')).length;
    if (spec.stopAtFirst && given > 0) return undefined;
    if (awaits(spec.flags, rest.at(-1) ?? '')) return undefined;
    if (word.startsWith('-')) return flagWords(flagsOf(spec));
    return spec.use.includes('SERVICE') && spec.name !== 'cp' ? services(sys, before.slice(0, at)) : undefined;
  },
};
