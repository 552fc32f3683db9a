/**
 * Runs source text: built-in names, modules, and what is printed when it ends with an exception.
 *
 * Limits: modules socket, sys, time, os; a traceback shows the line of the module, without marks under it; Python that is
 * not known here is refused with a plain message.
 * @see CPython Python/pythonrun.c
 */
import type { Sys } from '../../kernel/sys.ts';
import { eprint, print } from '../stdio.ts';
import type { Stmt } from './ast.ts';
import { Interpreter } from './interpreter.ts';
import { SyntaxFault } from './lex.ts';
import { parse } from './parse.ts';
import { socketModule } from './socket.ts';
import {
  EXCEPTIONS,
  iterate,
  numberOf,
  type Py,
  PyDict,
  type PyException,
  PyFloat,
  PyFunc,
  PyList,
  PyObject,
  PyTuple,
  Raised,
  raise,
  repr,
  str,
  truth,
  typeName,
} from './values.ts';

/** CPU time of one statement, ns. */
const STATEMENT = 2000;
const encoder = new TextEncoder();

function builtins(sys: Sys, classes: ReadonlyMap<string, PyObject>): Map<string, Py> {
  const out = new Map<string, Py>(classes);
  const put = (name: string, call: PyFunc['call']): void => {
    out.set(name, new PyFunc(name, call));
  };
  put('print', async (args, named) => {
    const [sep, end] = [named.get('sep') ?? ' ', named.get('end') ?? '\n'];
    await print(sys, args.map(str).join(str(sep)) + str(end));
    return null;
  });
  put('len', ([v]) => {
    if (typeof v === 'string' || v instanceof Uint8Array) return v.length;
    if (v instanceof PyList || v instanceof PyTuple || v instanceof PyDict) return iterate(v).length;
    throw raise('TypeError', `object of type '${typeName(v ?? null)}' has no len()`);
  });
  put('range', (args) => {
    const [a = 0, b, step = 1] = args.map((x) => numberOf(x) ?? 0);
    const [from, to] = args.length < 2 ? [0, a] : [a, b as number];
    return new PyList(Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step));
  });
  put('str', ([v]) => (v === undefined ? '' : str(v)));
  put('repr', ([v]) => repr(v ?? null));
  put('bool', ([v]) => truth(v ?? null));
  put('list', ([v]) => new PyList(v === undefined ? [] : iterate(v)));
  put('tuple', ([v]) => new PyTuple(v === undefined ? [] : iterate(v)));
  put('dict', () => new PyDict());
  put('type', ([v]) => new PyObject('type', () => `<class '${typeName(v ?? null)}'>`));
  put('bytes', ([v]) =>
    typeof v === 'string'
      ? encoder.encode(v)
      : typeof v === 'number'
        ? new Uint8Array(v)
        : Uint8Array.from(iterate(v ?? new PyList([])) as number[]),
  );
  put('float', ([v]) => new PyFloat(typeof v === 'string' ? Number(v) : (numberOf(v ?? 0) ?? 0)));
  put('int', ([v, base]) => {
    if (typeof v !== 'string') return Math.trunc(numberOf(v ?? 0) ?? 0);
    const n = base === undefined ? Number(v.trim() || 'x') : Number.parseInt(v, base as number);
    if (!Number.isInteger(n))
      throw raise('ValueError', `invalid literal for int() with base ${base ?? 10}: ${repr(v)}`);
    return n;
  });
  put('enumerate', ([v]) => new PyList(iterate(v ?? null).map((x, i) => new PyTuple([i, x]))));
  put('exit', ([code]) => {
    throw raise('SystemExit', ...(code === undefined ? [] : [code]));
  });
  return out;
}

function modules(
  sys: Sys,
  argv: readonly string[],
  classes: ReadonlyMap<string, PyObject>,
): (name: string) => PyObject | undefined {
  const module = (name: string, attrs: Readonly<Record<string, Py>>): PyObject => {
    const m = new PyObject('module', () => `<module '${name}' (built-in)>`);
    for (const [key, v] of Object.entries(attrs)) m.attrs.set(key, v);
    return m;
  };
  const call = (name: string, f: PyFunc['call']): PyFunc => new PyFunc(name, f);
  const environ = new PyDict();
  for (const [k, v] of Object.entries(sys.env)) environ.entries.set(repr(k), [k, v]);
  const seconds = (v: Py | undefined): number => (numberOf(v ?? 0) ?? 0) * 1e9;
  const made: Readonly<Record<string, () => PyObject>> = {
    socket: () => socketModule(sys, (name) => classes.get(name) ?? null),
    sys: () =>
      module('sys', {
        argv: new PyList([...argv]),
        version: '3.14.8',
        exit: call('exit', ([code]) => {
          throw raise('SystemExit', ...(code === undefined ? [] : [code]));
        }),
      }),
    time: () =>
      module('time', {
        sleep: call('sleep', async ([s]) => {
          await sys.sleep(seconds(s));
          return null;
        }),
        time: call('time', () => new PyFloat(Number(sys.realtime()) / 1e9)),
        monotonic: call('monotonic', () => new PyFloat(sys.now() / 1e9)),
      }),
    os: () =>
      module('os', {
        environ,
        getpid: call('getpid', () => sys.pid),
        getenv: call('getenv', ([k, fallback]) => environ.entries.get(repr(k ?? null))?.[1] ?? fallback ?? null),
      }),
  };
  const loaded = new Map<string, PyObject>();
  return (name) => {
    const known = loaded.get(name) ?? (Object.hasOwn(made, name) ? made[name]?.() : undefined);
    if (known) loaded.set(name, known);
    return known;
  };
}

/**
 * Runs a program.
 * @param file as messages name it: `<string>`
 * @param argv sys.argv
 * @returns the exit code
 */
export async function runSource(sys: Sys, source: string, file: string, argv: readonly string[]): Promise<number> {
  const classes = new Map(Object.keys(EXCEPTIONS).map((name) => [name, new PyObject('type', () => name)]));
  let program: Stmt[];
  try {
    program = parse(source);
  } catch (e) {
    if (!(e instanceof SyntaxFault)) throw e;
    const line = source.split('\n')[e.line - 1]?.trim() ?? '';
    await eprint(
      sys,
      e.unknown
        ? `python3: this machine's Python does not know '${e.message}' (line ${e.line})\n`
        : `  File "${file}", line ${e.line}\n    ${line}\nSyntaxError: ${e.message}\n`,
    );
    return 1;
  }
  const interpreter = new Interpreter({
    builtins: builtins(sys, classes),
    module: modules(sys, argv, classes),
    step: () => sys.cpu(STATEMENT),
  });
  try {
    await interpreter.run(program);
    return 0;
  } catch (e) {
    if (!(e instanceof Raised)) throw e;
    return ended(sys, e.value, e.line, source, file);
  }
}

async function ended(sys: Sys, e: PyException, line: number, source: string, file: string): Promise<number> {
  if (e.type === 'SystemExit') {
    const [code] = e.args;
    if (code === undefined || code === null) return 0;
    if (typeof code === 'number') return code & 255;
    await eprint(sys, `${str(code)}\n`);
    return 1;
  }
  const shown = source.split('\n')[line - 1]?.trim() ?? '';
  const name = e.type === 'gaierror' ? 'socket.gaierror' : e.type;
  await eprint(
    sys,
    `Traceback (most recent call last):\n  File "${file}", line ${line}, in <module>\n    ${shown}\n${name}${e.text === '' ? '' : `: ${e.text}`}\n`,
  );
  return 1;
}
