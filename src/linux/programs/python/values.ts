/**
 * Values of Python and their texts. Integers are JavaScript numbers, floats a class of their own.
 *
 * Limits: integers are exact up to 2⁵³.
 * @see The Python Language Reference §3
 */

/** Any value. */
export type Py =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PyFloat
  | PyList
  | PyTuple
  | PyDict
  | PyFunc
  | PyObject;

export class PyFloat {
  constructor(readonly value: number) {}
}
export class PyList {
  constructor(readonly items: Py[]) {}
}
export class PyTuple {
  constructor(readonly items: readonly Py[]) {}
}
export class PyDict {
  /** By the key's repr. */
  readonly entries = new Map<string, [Py, Py]>();
}

/** Keyword arguments. */
export type Named = ReadonlyMap<string, Py>;

/** Something that can be called. */
export class PyFunc {
  constructor(
    readonly name: string,
    readonly call: (args: readonly Py[], named: Named) => Promise<Py> | Py,
  ) {}
}

/** An object with attributes: modules, sockets, exceptions and their classes. */
export class PyObject {
  readonly attrs = new Map<string, Py>();
  constructor(
    /** `module`, `socket`, the name of an exception's class; `type` of a class. */
    readonly type: string,
    readonly repr: () => string,
  ) {}
}

/** An exception on its way. */
export class Raised extends Error {
  line = 0;
  constructor(readonly value: PyException) {
    super(value.type);
  }
}

/** An exception. */
export class PyException extends PyObject {
  constructor(
    type: string,
    readonly args: readonly Py[],
  ) {
    super(type, () => `${type}(${args.map(repr).join(', ')})`);
    this.attrs.set('args', new PyTuple(args));
    if (isA(type, 'OSError') && args.length > 1) {
      this.attrs.set('errno', args[0] as Py);
      this.attrs.set('strerror', args[1] as Py);
    }
  }
  get text(): string {
    const [first, second] = this.args;
    if (isA(this.type, 'OSError') && this.args.length > 1) return `[Errno ${str(first as Py)}] ${str(second as Py)}`;
    if (this.type === 'KeyError' && this.args.length === 1) return repr(first as Py);
    return this.args.length === 0 ? '' : this.args.length === 1 ? str(first as Py) : repr(new PyTuple(this.args));
  }
}

/** Classes of exceptions and what they are a kind of. @see Python Library Reference, Exception hierarchy */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  BaseException: '',
  Exception: 'BaseException',
  KeyboardInterrupt: 'BaseException',
  SystemExit: 'BaseException',
  ArithmeticError: 'Exception',
  ZeroDivisionError: 'ArithmeticError',
  AttributeError: 'Exception',
  ImportError: 'Exception',
  ModuleNotFoundError: 'ImportError',
  LookupError: 'Exception',
  IndexError: 'LookupError',
  KeyError: 'LookupError',
  NameError: 'Exception',
  RuntimeError: 'Exception',
  TypeError: 'Exception',
  ValueError: 'Exception',
  OSError: 'Exception',
  ConnectionError: 'OSError',
  BrokenPipeError: 'ConnectionError',
  ConnectionAbortedError: 'ConnectionError',
  ConnectionRefusedError: 'ConnectionError',
  ConnectionResetError: 'ConnectionError',
  BlockingIOError: 'OSError',
  FileNotFoundError: 'OSError',
  PermissionError: 'OSError',
  TimeoutError: 'OSError',
  gaierror: 'OSError',
};

/** Whether one class is another or a kind of it. */
export function isA(type: string, of: string): boolean {
  for (let t = type; t; t = EXCEPTIONS[t] ?? '') if (t === of) return true;
  return false;
}

/** To be thrown. */
export function raise(type: string, ...args: Py[]): Raised {
  return new Raised(new PyException(type, args));
}

/** `int`, `str`, `NoneType` … */
export function typeName(v: Py): string {
  if (v === null) return 'NoneType';
  if (typeof v === 'boolean') return 'bool';
  if (typeof v === 'number') return 'int';
  if (typeof v === 'string') return 'str';
  if (v instanceof Uint8Array) return 'bytes';
  if (v instanceof PyFloat) return 'float';
  if (v instanceof PyList) return 'list';
  if (v instanceof PyTuple) return 'tuple';
  if (v instanceof PyDict) return 'dict';
  if (v instanceof PyFunc) return 'function';
  return v.type;
}

export function truth(v: Py): boolean {
  if (v === null || v === false || v === 0 || v === '') return false;
  if (v instanceof Uint8Array) return v.length > 0;
  if (v instanceof PyFloat) return v.value !== 0;
  if (v instanceof PyList || v instanceof PyTuple) return v.items.length > 0;
  return !(v instanceof PyDict) || v.entries.size > 0;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const c of text) {
    const code = c.charCodeAt(0);
    if (c === '\\' || c === quote) out += `\\${c}`;
    else if (c === '\n') out += '\\n';
    else if (c === '\r') out += '\\r';
    else if (c === '\t') out += '\\t';
    else if (code < 32 || code === 127) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += c;
  }
  return quote + out + quote;
}

function bytesRepr(b: Uint8Array): string {
  const text = [...b].map((n) => (n < 128 ? String.fromCharCode(n) : `\0${n.toString(16)}`)).join('');
  return `b${quoted(text.replaceAll('\0', '\ue000'))
    .replace(/\ue000([89a-f][0-9a-f])/g, '\\x$1')
    .replaceAll('\ue000', '\\x00')}`;
}

function floatRepr(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e16) return n.toFixed(1);
  return String(n).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** repr() */
export function repr(v: Py): string {
  if (v === null) return 'None';
  if (typeof v === 'boolean') return v ? 'True' : 'False';
  if (typeof v === 'number') return String(v);
  if (typeof v === 'string') return quoted(v);
  if (v instanceof Uint8Array) return bytesRepr(v);
  if (v instanceof PyFloat) return floatRepr(v.value);
  if (v instanceof PyList) return `[${v.items.map(repr).join(', ')}]`;
  if (v instanceof PyTuple)
    return v.items.length === 1 ? `(${repr(v.items[0] as Py)},)` : `(${v.items.map(repr).join(', ')})`;
  if (v instanceof PyDict) return `{${[...v.entries.values()].map(([k, x]) => `${repr(k)}: ${repr(x)}`).join(', ')}}`;
  if (v instanceof PyFunc) return `<function ${v.name}>`;
  return v.repr();
}

/** str() */
export function str(v: Py): string {
  if (typeof v === 'string') return v;
  return v instanceof PyException ? v.text : repr(v);
}

/** A number of either kind, or undefined. */
export function numberOf(v: Py): number | undefined {
  if (typeof v === 'number') return v;
  if (typeof v === 'boolean') return v ? 1 : 0;
  return v instanceof PyFloat ? v.value : undefined;
}

/** == */
export function equal(a: Py, b: Py): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x === y;
  return a === b || (typeName(a) === typeName(b) && !(a instanceof PyObject) && repr(a) === repr(b));
}

/** What a value consists of. @throws Raised TypeError */
export function iterate(v: Py): Py[] {
  if (v instanceof PyList || v instanceof PyTuple) return [...v.items];
  if (typeof v === 'string') return [...v];
  if (v instanceof Uint8Array) return [...v];
  if (v instanceof PyDict) return [...v.entries.values()].map(([k]) => k);
  throw raise('TypeError', `'${typeName(v)}' object is not iterable`);
}
