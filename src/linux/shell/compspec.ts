/** What `complete` and `compgen` describe, and the words that come of it. @see bash pcomplete.c: gen_compspec_completions */
import { SIGNALS } from '../kernel/signal.ts';
import { builtinNames } from './builtins/table.ts';
import { commandNames, fileNames } from './completion.ts';
import { callFunction } from './execute/command.ts';
import { glob } from './expand/glob.ts';
import { matches } from './expand/pattern.ts';
import { expandHere } from './expand/word.ts';
import type { Shell } from './shell.ts';
import { RESERVED } from './source.ts';

/** A completion specification. */
export interface CompletionSpec {
  readonly actions: string[];
  readonly options: Set<string>;
  words?: string;
  call?: string;
  glob?: string;
  filter?: string;
  prefix?: string;
  suffix?: string;
  command?: string;
}

/** Where on which line something is completed. */
export interface CompletionPlace {
  readonly words: readonly string[];
  readonly index: number;
  readonly line: string;
}

const names = (sh: Shell, path: string): string[] => {
  const text = sh.sys.readFile(path);
  return text instanceof Uint8Array
    ? new TextDecoder().decode(text).split('\n').slice(0, -1).map((l) => l.split(':')[0] as string)
    : [];
}; // biome-ignore format: one expression

/** All words of an action that begin so. */
export function actionWords(sh: Shell, action: string, word: string): string[] {
  switch (action) {
    case 'alias':
      return [...sh.aliases.keys()];
    case 'builtin':
      return builtinNames(sh);
    case 'command':
      return commandNames(sh);
    case 'directory':
      return fileNames(sh, word, 'dir').map((f) => f.replace(/\/$/, ''));
    case 'file':
      return fileNames(sh, word).map((f) => f.replace(/\/$/, ''));
    case 'function':
      return [...sh.functions.keys()].sort();
    case 'group':
      return names(sh, '/etc/group');
    case 'user':
      return names(sh, '/etc/passwd');
    case 'hostname':
      return hostNames(sh);
    case 'job':
      return sh.jobs.list.map((j) => j.text.split(' ')[0] as string);
    case 'keyword':
      return [...RESERVED];
    case 'signal':
      return Object.keys(SIGNALS);
    case 'export':
      return Object.keys(sh.vars.environ());
    case 'variable':
      return sh.vars.names();
    default:
      return [];
  }
}

/** Names of /etc/hosts. */
export function hostNames(sh: Shell): string[] {
  const text = sh.sys.readFile('/etc/hosts');
  if (!(text instanceof Uint8Array)) return [];
  const lines = new TextDecoder().decode(text).split('\n');
  return [...new Set(lines.flatMap((l) => l.replace(/#.*/, '').split(/\s+/)).filter((w) => /^\D/.test(w)))].sort();
}

/** The words that a specification gives. */
export async function generate(sh: Shell, spec: CompletionSpec, at: CompletionPlace): Promise<string[]> {
  const word = at.words[at.index] ?? '';
  let out: string[] = spec.actions.flatMap((a) => actionWords(sh, a, word)).filter((w) => w.startsWith(word));
  if (spec.glob !== undefined)
    out.push(...glob(sh.sys, spec.glob, { extglob: true, dotglob: false, globstar: false, nocaseglob: false }));
  if (spec.words !== undefined) {
    const ifs = sh.vars.get('IFS') ?? ' \t\n';
    const list = (await expandHere(sh, spec.words)).split(new RegExp(`[${ifs.replace(/[\]\\^-]/g, '\\$&')}]+`));
    out.push(...list.filter((w) => w !== '' && w.startsWith(word)));
  }
  if (spec.call !== undefined) out.push(...(await called(sh, spec, at)));
  if (spec.filter) {
    const keep = spec.filter.startsWith('!');
    const pattern = keep ? spec.filter.slice(1) : spec.filter;
    out = out.filter((w) => matches(pattern.replaceAll('&', word), w, { extglob: true }) === keep);
  }
  return out.map((w) => `${spec.prefix ?? ''}${w}${spec.suffix ?? ''}`);
}

/** Calls the function of -F: it leaves the words in COMPREPLY. */
async function called(sh: Shell, spec: CompletionSpec, at: CompletionPlace): Promise<string[]> {
  const f = sh.functions.get(spec.call as string);
  if (!f) {
    await sh.complain(`warning: completion: function \`${spec.call}' not found`);
    return [];
  }
  const words = sh.vars.declare('COMP_WORDS');
  words.items = new Map(at.words.map((w, i) => [String(i), w]));
  sh.vars.set('COMP_CWORD', String(at.index));
  sh.vars.set('COMP_LINE', at.line);
  sh.vars.set('COMP_POINT', String(at.line.length));
  sh.vars.set('COMP_TYPE', '9');
  sh.vars.set('COMP_KEY', '9');
  sh.vars.unset('COMPREPLY');
  const status = sh.status;
  sh.completing = spec;
  await callFunction(sh, f, [
    spec.call as string,
    at.words[0] ?? '',
    at.words[at.index] ?? '',
    at.words[at.index - 1] ?? '',
  ]);
  sh.completing = undefined;
  sh.status = status;
  const reply = sh.vars.lookup('COMPREPLY');
  const out = reply?.items ? [...reply.items.values()] : reply?.value ? [reply.value] : [];
  for (const n of ['COMP_WORDS', 'COMP_CWORD', 'COMP_LINE', 'COMP_POINT', 'COMP_TYPE', 'COMP_KEY', 'COMPREPLY'])
    sh.vars.unset(n);
  return out;
}
