/** Attributes that values of the built-in types have. @see Python Library Reference, Built-in Types */
import { binary } from './operators.ts';
import { type Named, type Py, PyDict, PyFunc, PyList, PyTuple, raise, repr, str } from './values.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
type Call = (args: readonly Py[], named: Named) => Py;

const text = (v: Py | undefined, fallback: string): string => (typeof v === 'string' ? v : fallback);

function stringMethod(s: string, name: string): Call | undefined {
  switch (name) {
    case 'encode':
      return () => encoder.encode(s);
    case 'upper':
      return () => s.toUpperCase();
    case 'lower':
      return () => s.toLowerCase();
    case 'strip':
      return () => s.trim();
    case 'rstrip':
      return () => s.trimEnd();
    case 'lstrip':
      return () => s.trimStart();
    case 'startswith':
      return ([p]) => s.startsWith(text(p as Py, ''));
    case 'endswith':
      return ([p]) => s.endsWith(text(p as Py, ''));
    case 'find':
      return ([p]) => s.indexOf(text(p as Py, ''));
    case 'count':
      return ([p]) => s.split(text(p as Py, '')).length - 1;
    case 'replace':
      return ([a, b]) => s.replaceAll(text(a as Py, ''), text(b as Py, ''));
    case 'split':
      return ([by, most]) => new PyList(split(s, by ?? null, typeof most === 'number' ? most : -1));
    case 'splitlines':
      return () => new PyList(s.replace(/\r?\n$/, '').split(/\r?\n/));
    case 'join':
      return ([list]) => (list instanceof PyList || list instanceof PyTuple ? list.items.map(str).join(s) : '');
    case 'format':
      return (args) => {
        let at = 0;
        return s.replace(/\{(\d*)\}/g, (_, n: string) => str(args[n === '' ? at++ : Number(n)] as Py));
      };
    case 'isdigit':
      return () => /^\d+$/.test(s);
    default:
      return undefined;
  }
}

function split(s: string, by: Py, most: number): string[] {
  if (typeof by !== 'string') return s.trim() === '' ? [] : s.trim().split(/\s+/);
  const parts = s.split(by);
  return most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(by)];
}

/** Methods of bytes are those of text, on Latin-1. */
function bytesMethod(b: Uint8Array, name: string): Call | undefined {
  if (name === 'decode') return () => decoder.decode(b);
  if (name === 'hex') return () => [...b].map((n) => n.toString(16).padStart(2, '0')).join('');
  if (['split', 'startswith', 'endswith', 'find', 'strip', 'splitlines'].includes(name)) {
    const latin = (v: Py): Py => (v instanceof Uint8Array ? String.fromCharCode(...v) : v);
    const back = (v: Py): Py =>
      typeof v === 'string'
        ? Uint8Array.from(v, (c) => c.charCodeAt(0))
        : v instanceof PyList
          ? new PyList(v.items.map(back))
          : v;
    const method = stringMethod(latin(b) as string, name) as Call;
    return (args, named) => back(method(args.map(latin), named));
  }
  return undefined;
}

function listMethod(l: PyList, name: string): Call | undefined {
  switch (name) {
    case 'append':
      return ([v]) => {
        l.items.push(v as Py);
        return null;
      };
    case 'extend':
      return ([v]) => {
        l.items.push(...(binary('+', new PyList([]), v as Py) as PyList).items);
        return null;
      };
    case 'pop':
      return ([i]) => {
        if (l.items.length === 0) throw raise('IndexError', 'pop from empty list');
        return l.items.splice(typeof i === 'number' ? i : l.items.length - 1, 1)[0] as Py;
      };
    default:
      return undefined;
  }
}

function dictMethod(d: PyDict, name: string): Call | undefined {
  const pairs = [...d.entries.values()];
  switch (name) {
    case 'keys':
      return () => new PyList(pairs.map(([k]) => k));
    case 'values':
      return () => new PyList(pairs.map(([, v]) => v));
    case 'items':
      return () => new PyList(pairs.map((p) => new PyTuple(p)));
    case 'get':
      return ([k, fallback]) => d.entries.get(repr(k as Py))?.[1] ?? fallback ?? null;
    default:
      return undefined;
  }
}

/** A method of a built-in value; undefined when it has none of that name. */
export function method(v: Py, name: string): PyFunc | undefined {
  const call =
    typeof v === 'string'
      ? stringMethod(v, name)
      : v instanceof Uint8Array
        ? bytesMethod(v, name)
        : v instanceof PyList
          ? listMethod(v, name)
          : v instanceof PyDict
            ? dictMethod(v, name)
            : undefined;
  return call && new PyFunc(name, call);
}
