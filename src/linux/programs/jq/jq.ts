/** The jq command. @see jq src/main.c */
import { text } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readAll } from '../stdio.ts';
import type { Filter } from './ast.ts';
import { asText } from './format.ts';
import { JqSyntax } from './lex.ts';
import { parse } from './parse.ts';
import { type Layout, printed } from './print.ts';
import { readValues } from './read.ts';
import { type Scope, unknownCall, values } from './run.ts';
import { JqError, type Json, truthy } from './value.ts';

const VERSION = 'jq-1.8.1';

const USAGE = `Usage:\tjq [OPTIONS] FILTER [FILES...]
\tjq [OPTIONS] -n FILTER
\tjq [OPTIONS] --args FILTER [STRINGS...]
`;

interface Options {
  readonly flags: Set<string>;
  readonly variables: Map<string, Json>;
  readonly operands: string[];
  indent: string | undefined;
  filterFile?: string;
}

const LETTERS: Readonly<Record<string, string>> = {
  n: 'null-input',
  r: 'raw-output',
  j: 'join-output',
  a: 'ascii-output',
  c: 'compact-output',
  S: 'sort-keys',
  C: 'color-output',
  M: 'monochrome-output',
  s: 'slurp',
  R: 'raw-input',
  e: 'exit-status',
  h: 'help',
  V: 'version',
};

function optionsOf(args: readonly string[]): Options | string {
  const o: Options = { flags: new Set(), variables: new Map(), operands: [], indent: '  ' };
  const rest: Json[] = [];
  let positional: 'args' | 'jsonargs' | undefined;
  for (let i = 0; i < args.length; i++) {
    const a = args[i] as string;
    if (!a.startsWith('-') || a === '-') {
      if (positional && o.operands.length > 0) rest.push(positional === 'args' ? a : (JSON.parse(a) as Json));
      else o.operands.push(a);
    } else if (a === '--arg' || a === '--argjson') {
      const [name, value] = [args[++i], args[++i]];
      if (name === undefined || value === undefined)
        return `jq: error: ${a} takes two parameters (e.g. ${a} varname ${a === '--arg' ? 'value' : 'text'})`;
      try {
        o.variables.set(name, a === '--arg' ? value : (JSON.parse(value) as Json));
      } catch {
        return `jq: Invalid JSON text passed to --argjson`;
      }
    } else if (a === '--indent') o.indent = ' '.repeat(Number(args[++i] ?? 2)) || undefined;
    else if (a === '--tab') o.indent = '\t';
    else if (a === '-f' || a === '--from-file') o.filterFile = args[++i] ?? '';
    else if (a === '--args' || a === '--jsonargs') positional = a.slice(2) as 'args';
    else if (a.startsWith('--')) {
      if (!Object.values(LETTERS).includes(a.slice(2)) && a !== '--unbuffered') return `jq: Unknown option: ${a}`;
      o.flags.add(a.slice(2));
    } else
      for (const letter of a.slice(1)) {
        const name = LETTERS[letter];
        if (name === undefined) return `jq: Unknown option: ${a}`;
        o.flags.add(name);
      }
  }
  const named = Object.fromEntries(o.variables);
  o.variables.set('__prog_args', rest);
  o.variables.set('ARGS', { positional: rest, named });
  return o;
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const o = optionsOf(ctx.args);
  if (typeof o === 'string') {
    await ctx.err(
      `${o}\n${USAGE}Use jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n`,
    );
    return 2;
  }
  const on = (name: string): boolean => o.flags.has(name);
  if (on('version')) return ctx.out(`${VERSION}\n`).then(() => 0);
  if (on('help')) return ctx.out(USAGE).then(() => 0);
  let source = o.filterFile === undefined ? o.operands.shift() : undefined;
  if (o.filterFile !== undefined) {
    const bytes = sys.readFile(o.filterFile);
    if (isErr(bytes)) return ctx.fail(`error: Could not open ${o.filterFile}: ${bytes.text}`, 2);
    source = text(bytes);
  }
  if (source === undefined) {
    if (sys.isatty(0)) {
      await ctx.err(USAGE);
      return 2;
    }
    source = '.';
  }
  const filter = await compiled(ctx, source);
  if (!filter) return 3;
  const input = await inputs(ctx, o);
  const layout: Layout = {
    ...(on('compact-output') || o.indent === undefined ? {} : { indent: o.indent }),
    sort: on('sort-keys'),
    color: on('color-output') || (sys.isatty(1) && !on('monochrome-output')),
  };
  const queue = on('null-input') ? [...input.values] : input.values;
  const scope: Scope = {
    variables: o.variables,
    functions: new Map(),
    inputs: { next: () => queue.shift() },
    env: sys.env,
    now: () => Number(sys.realtime()) / 1e9,
  };
  let code = input.failed ? 2 : 0;
  let last: Json | undefined;
  const each = async (v: Json, line: number): Promise<void> => {
    try {
      for (const x of values(filter, v, scope)) {
        last = x;
        const raw = (on('raw-output') || on('join-output')) && typeof x === 'string';
        await ctx.out(
          raw ? asText(x) + (on('join-output') ? '' : '\n') : `${printed(x, layout)}${on('join-output') ? '' : '\n'}`,
        );
      }
    } catch (e) {
      if (!(e instanceof JqError)) throw e;
      code = 5;
      await ctx.err(
        typeof e.value === 'string'
          ? `jq: error (at ${input.name}:${line}): ${e.value}\n`
          : `jq: error (at ${input.name}:${line}) (not a string): ${JSON.stringify(e.value)}\n`,
      );
    }
  };
  if (on('null-input')) await each(null, 0);
  else
    for (let v = queue.shift(); v !== undefined; v = queue.shift())
      await each(v, input.lines[input.lines.length - queue.length - 1] ?? 0);
  if (input.error !== undefined) {
    await ctx.err(`jq: parse error: ${input.error}\n`);
    return 2;
  }
  if (on('exit-status') && code === 0) return last === undefined ? 4 : truthy(last) ? 0 : 1;
  return code;
}

async function compiled(ctx: Context, source: string): Promise<Filter | undefined> {
  const bad = async (message: string): Promise<undefined> => {
    await ctx.err(
      `jq: error: ${message} at <top-level>, line 1, column 1:\n    ${source}\n    ^\njq: 1 compile error\n`,
    );
  };
  try {
    const filter = parse(source);
    const unknown = unknownCall(filter);
    return unknown === undefined ? filter : await bad(`${unknown} is not defined`);
  } catch (e) {
    if (!(e instanceof JqSyntax)) throw e;
    return bad(e.message);
  }
}

interface Inputs {
  readonly values: Json[];
  readonly lines: readonly number[];
  /** What errors call the last file. */
  readonly name: string;
  readonly error?: string;
  readonly failed: boolean;
}

async function inputs(ctx: Context, o: Options): Promise<Inputs> {
  let all = '';
  let failed = false;
  const name = o.operands.at(-1) ?? (o.flags.has('null-input') ? '<unknown>' : '<stdin>');
  if (o.operands.length === 0 && !o.flags.has('null-input')) {
    const bytes = await readAll(ctx.sys, 0);
    if (!isErr(bytes)) all = text(bytes);
  }
  for (const file of o.operands) {
    const bytes = ctx.sys.readFile(file);
    if (isErr(bytes)) {
      failed = true;
      await ctx.err(`jq: error: Could not open ${file}: ${bytes.text}\n`);
    } else all += text(bytes);
  }
  if (o.flags.has('raw-input')) {
    const lines = all.replace(/\n$/, '').split('\n');
    return {
      values: o.flags.has('slurp') ? [all] : all === '' ? [] : lines,
      lines: lines.map((_, i) => i + 1),
      name,
      failed,
    };
  }
  const got = readValues(all);
  const rest = got.error === undefined ? {} : { error: got.error };
  const slurp = o.flags.has('slurp') && got.error === undefined;
  return {
    values: slurp ? [got.values] : got.values,
    lines: slurp ? got.lines.slice(-1) : got.lines,
    name,
    ...rest,
    failed,
  };
}

export const spec = defineProgram({
  name: 'jq',
  path: '/usr/bin/jq',
  summary: 'Command-line JSON processor',
  order: 'own',
  options: Object.entries(LETTERS).map(([short, name]) => ({ name, short, help: name.replaceAll('-', ' ') })),
  run,
});
