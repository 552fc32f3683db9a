/**
 * complete, compgen, compopt: what Tab offers for a command's words.
 * Limits: the actions binding, disabled and service give no words.
 * @see bash builtins/complete.def
 */
import { type CompletionSpec, generate } from '../compspec.ts';
import { singleQuote } from '../expand/quote.ts';
import type { Shell } from '../shell.ts';
import type { Builtin, Output } from './builtin.ts';

/** Letters of actions. */
const LETTERS: Readonly<Record<string, string>> = {
  a: 'alias', b: 'builtin', c: 'command', d: 'directory', e: 'export', f: 'file', g: 'group', j: 'job', k: 'keyword',
  s: 'service', u: 'user', v: 'variable',
}; // biome-ignore format: a table

/** Actions and options of completion, in the order in which `complete -p` prints them. */
const ACTIONS: readonly string[] = [
  ...Object.values(LETTERS), 'arrayvar', 'binding', 'disabled', 'enabled', 'function', 'helptopic', 'hostname', 'running',
  'setopt', 'shopt', 'signal', 'stopped',
]; // biome-ignore format: names
const SETTINGS = ['bashdefault', 'default', 'dirnames', 'filenames', 'noquote', 'nosort', 'nospace', 'plusdirs'];

const OPTIONS =
  '[-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix]';
const COMPLETE_USAGE = `complete [-abcdefgjksuv] [-pr] [-DEI] ${OPTIONS.slice(17)} [name ...]`;
const COMPOPT_USAGE = 'compopt [-o|+o option] [-DEI] [name ...]';
const COMPGEN_USAGE = `compgen [-V varname] ${OPTIONS} [word]`;

const VALUES: Readonly<Record<string, keyof CompletionSpec>> = {
  W: 'words', F: 'call', G: 'glob', X: 'filter', P: 'prefix', S: 'suffix', C: 'command',
}; // biome-ignore format: a table

interface Call {
  spec: CompletionSpec;
  flags: Set<string>;
  rest: readonly string[];
  /** The array that compgen leaves the words in. */
  array?: string;
  bad?: string;
  missing?: string;
  invalid?: string;
}

function parse(args: readonly string[]): Call {
  const spec: CompletionSpec = { actions: [], options: new Set() };
  const flags = new Set<string>();
  let array: string | undefined;
  let i = 1;
  for (; i < args.length; i++) {
    const a = args[i] as string;
    if (a === '--') {
      i++;
      break;
    }
    if (!/^-./.test(a)) break;
    for (let k = 1; k < a.length; k++) {
      const c = a[k] as string;
      if (LETTERS[c]) spec.actions.push(LETTERS[c]);
      else if ('prDEI'.includes(c)) flags.add(c);
      else if ('WFGXPSCAoV'.includes(c)) {
        const value = a.slice(k + 1) || args[++i];
        if (value === undefined) return { spec, flags, rest: [], missing: `-${c}` };
        if (c === 'A' && !ACTIONS.includes(value))
          return { spec, flags, rest: [], invalid: `${value}: invalid action name` };
        if (c === 'o' && !SETTINGS.includes(value))
          return { spec, flags, rest: [], invalid: `${value}: invalid option name` };
        if (c === 'A') spec.actions.push(value);
        else if (c === 'o') spec.options.add(value);
        else if (c === 'V') array = value;
        else if (VALUES[c]) Object.assign(spec, { [VALUES[c]]: value });
        break;
      } else return { spec, flags, rest: [], bad: `-${c}` };
    }
  }
  return { spec, flags, rest: args.slice(i), ...(array !== undefined && { array }) };
}

function wrong(call: Call, out: Output, usage: string): number | undefined {
  if (call.bad) return out.usage(call.bad, usage);
  if (call.invalid) return out.error(call.invalid, 2);
  if (!call.missing) return undefined;
  out.error(`${call.missing}: option requires an argument`);
  out.raw(`${usage.split(' ')[0]}: usage: ${usage}\n`);
  return 2;
}

/** The builtin `compgen`. */
export const compgen: Builtin = async (sh, args, out) => {
  const call = parse(args);
  const status = wrong(call, out, COMPGEN_USAGE);
  if (status !== undefined) return status;
  const word = call.rest[0] ?? '';
  const found = await generate(sh, call.spec, { words: ['compgen', word], index: 1, line: '', key: 0 });
  if (call.array !== undefined) sh.vars.declare(call.array).items = new Map(found.map((w, i) => [String(i), w]));
  else for (const w of found) out.print(`${w}\n`);
  return found.length > 0 ? 0 : 1;
};

/** The builtin `complete`. */
export const complete: Builtin = (sh, args, out) => {
  const call = parse(args);
  const status = wrong(call, out, COMPLETE_USAGE);
  if (status !== undefined) return status;
  const { flags, rest } = call;
  if (args.length === 1 || flags.has('p')) return list(sh, rest, out);
  if (flags.has('r')) {
    if (rest.length === 0) sh.completions.clear();
    let failed = 0;
    for (const n of rest) if (!sh.completions.delete(n)) failed = out.error(`${n}: no completion specification`);
    return failed;
  }
  const names = flags.has('D') ? ['-D'] : flags.has('E') ? ['-E'] : flags.has('I') ? ['-I'] : rest;
  if (names.length === 0) {
    out.raw(`complete: usage: ${COMPLETE_USAGE}\n`);
    return 2;
  }
  for (const n of names) sh.completions.set(n, call.spec);
  return 0;
};

function list(sh: Shell, names: readonly string[], out: Output): number {
  let status = 0;
  for (const n of names.length > 0 ? names : sh.completions.keys()) {
    const spec = sh.completions.get(n);
    if (!spec) status = out.error(`${n}: no completion specification`);
    else out.print(`complete ${text(spec)}${n}\n`);
  }
  return status;
}

function text(spec: CompletionSpec): string {
  let out = '';
  for (const x of SETTINGS) if (spec.options.has(x)) out += `-o ${x} `;
  for (const a of ACTIONS) {
    if (!spec.actions.includes(a)) continue;
    const letter = Object.keys(LETTERS).find((l) => LETTERS[l] === a);
    out += letter ? `-${letter} ` : `-A ${a} `;
  }
  for (const c of ['G', 'W', 'P', 'S', 'X', 'C'] as const) {
    const value = spec[VALUES[c] as 'words'];
    if (value !== undefined) out += `-${c} ${singleQuote(value)} `;
  }
  if (spec.call !== undefined) out += `-F ${spec.call} `;
  return out;
}

/** The builtin `compopt`: options of the completion that runs, or of those that are named. */
export const compopt: Builtin = (sh, args, out) => {
  const changes: [string, boolean][] = [];
  const names: string[] = [];
  let i = 1;
  for (; /^[-+]./.test(args[i] ?? ''); i++) {
    const a = args[i] as string;
    if (/^-[DEI]$/.test(a)) names.push(a);
    else if (!/^[-+]o$/.test(a)) return out.usage(a, COMPOPT_USAGE);
    else {
      const name = args[++i];
      if (name === undefined) return out.error(`${a}: option requires an argument`, 2);
      if (!SETTINGS.includes(name)) return out.error(`${name}: invalid option name`, 2);
      changes.push([name, a === '-o']);
    }
  }
  names.push(...args.slice(i));
  if (names.length === 0 && !sh.completing) return out.error('not currently executing completion function');
  let status = 0;
  for (const n of names.length > 0 ? names : [undefined]) {
    const spec = n === undefined ? sh.completing : sh.completions.get(n);
    if (!spec) status = out.error(`${n}: no completion specification`);
    else if (changes.length === 0)
      out.print(`compopt ${SETTINGS.map((x) => `${spec.options.has(x) ? '-' : '+'}o ${x} `).join('')}${n ?? ''}\n`);
    else for (const [x, on] of changes) on ? spec.options.add(x) : spec.options.delete(x);
  }
  return status;
};
