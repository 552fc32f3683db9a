/** What `complete` and `compgen` describe, and the words that come of it. @see bash pcomplete.c: gen_compspec_completions */
import { SIGNALS } from '../kernel/signal.ts';
import { SET_OPTIONS } from './builtins/options.ts';
import { SHOPT_OPTIONS } from './builtins/settings.ts';
import { builtinNames } from './builtins/table.ts';
import { commandNames, fileNames } from './completion.ts';
import { callFunction } from './execute/command.ts';
import { glob } from './expand/glob.ts';
import { matches } from './expand/pattern.ts';
import { singleQuote } from './expand/quote.ts';
import { expandHere } from './expand/word.ts';
import { stateOf } from './jobs.ts';
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
  /** The key that asked; 0 for compgen. */
  readonly key: number;
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
    case 'arrayvar':
      return sh.vars.names().filter((n) => sh.vars.lookup(n)?.items);
    case 'builtin':
    case 'enabled':
    case 'helptopic':
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
    case 'running':
    case 'stopped':
      return sh.jobs.list
        .filter((j) => action === 'job' || stateOf(j) === action)
        .map((j) => j.text.split(' ')[0] as string);
    case 'setopt':
      return [...SET_OPTIONS];
    case 'shopt':
      return [...SHOPT_OPTIONS];
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
  if (spec.command !== undefined) out.push(...(await printed(sh, spec.command, at)));
  if (spec.filter) {
    const keep = spec.filter.startsWith('!');
    const pattern = keep ? spec.filter.slice(1) : spec.filter;
    out = out.filter((w) => matches(pattern.replaceAll('&', word), w, { extglob: true }) === keep);
  }
  return out.map((w) => `${spec.prefix ?? ''}${w}${spec.suffix ?? ''}`);
}

/** The words that -F and -C are given: the command, the word, and the one before it. */
const given = ({ words, index }: CompletionPlace): string[] => [
  words[0] ?? '',
  words[index] ?? '',
  words[index - 1] ?? '',
];

/** Does something while variables tell what is completed. */
async function told<T>(sh: Shell, at: CompletionPlace, body: () => Promise<T>): Promise<T> {
  const values = {
    COMP_LINE: at.line,
    COMP_POINT: String(at.line.length),
    COMP_TYPE: String(at.key),
    COMP_KEY: String(at.key),
  };
  for (const [n, v] of Object.entries(values)) {
    sh.vars.set(n, v);
    sh.vars.export(n);
  }
  const { status } = sh;
  try {
    return await body();
  } finally {
    sh.status = status;
    for (const n of Object.keys(values)) sh.vars.unset(n);
  }
}

/** Lines that the command of -C prints. */
async function printed(sh: Shell, command: string, at: CompletionPlace): Promise<string[]> {
  const text = [command, ...given(at).map(singleQuote)].join(' ');
  const lines = await told(sh, at, () => expandHere(sh, `$(${text})`));
  return lines.split('\n').filter((l) => l !== '');
}

/** Calls the function of -F: it leaves the words in COMPREPLY. */
async function called(sh: Shell, spec: CompletionSpec, at: CompletionPlace): Promise<string[]> {
  const name = spec.call as string;
  const f = sh.functions.get(name);
  if (!f) {
    await sh.complain(`warning: completion: function \`${name}' not found`);
    return [];
  }
  sh.vars.declare('COMP_WORDS').items = new Map(at.words.map((w, i) => [String(i), w]));
  sh.vars.set('COMP_CWORD', String(at.index));
  sh.vars.unset('COMPREPLY');
  sh.completing = spec;
  try {
    await told(sh, at, () => callFunction(sh, f, [name, ...given(at)]));
    const reply = sh.vars.lookup('COMPREPLY');
    return reply?.items ? [...reply.items.values()] : reply?.value ? [reply.value] : [];
  } finally {
    sh.completing = undefined;
    for (const n of ['COMP_WORDS', 'COMP_CWORD', 'COMPREPLY']) sh.vars.unset(n);
  }
}
