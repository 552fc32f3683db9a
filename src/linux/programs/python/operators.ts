/** Operators of Python's values. @see The Python Language Reference §6.7, §6.10 */
import {
  equal,
  iterate,
  numberOf,
  type Py,
  PyDict,
  PyFloat,
  PyList,
  PyTuple,
  raise,
  repr,
  str,
  typeName,
} from './values.ts';

/** Text formatted as printf does. @see Python Library Reference, printf-style String Formatting */
function percent(format: string, value: Py): string {
  const args = value instanceof PyTuple ? [...value.items] : [value];
  const out = format.replace(
    /%(0?)(\d*)(?:\.(\d+))?([sdrfx%])/g,
    (_, zero: string, width: string, digits: string, c: string) => {
      if (c === '%') return '%';
      if (args.length === 0) throw raise('TypeError', 'not enough arguments for format string');
      const v = args.shift() as Py;
      const n = numberOf(v);
      if (c !== 's' && c !== 'r' && n === undefined)
        throw raise('TypeError', `%${c} format: a real number is required, not ${typeName(v)}`);
      const number = n as number;
      const text =
        c === 's'
          ? str(v)
          : c === 'r'
            ? repr(v)
            : c === 'f'
              ? number.toFixed(digits === undefined ? 6 : Number(digits))
              : Math.trunc(number).toString(c === 'x' ? 16 : 10);
      return text.padStart(Number(width || 0), zero === '0' ? '0' : ' ');
    },
  );
  if (args.length > 0 && value instanceof PyTuple)
    throw raise('TypeError', 'not all arguments converted during string formatting');
  return out;
}

function arithmetic(op: string, x: number, y: number, float: boolean): Py {
  const made = (n: number): Py => (float ? new PyFloat(n) : n);
  switch (op) {
    case '+':
      return made(x + y);
    case '-':
      return made(x - y);
    case '*':
      return made(x * y);
    case '**':
      return y < 0 ? new PyFloat(x ** y) : made(x ** y);
    case '/':
    case '//':
    case '%':
      if (y === 0) throw raise('ZeroDivisionError', op === '%' ? 'integer modulo by zero' : 'division by zero');
      if (op === '/') return new PyFloat(x / y);
      return made(op === '//' ? Math.floor(x / y) : x - y * Math.floor(x / y));
    case '&':
      return Number(BigInt(x) & BigInt(y));
    case '|':
      return Number(BigInt(x) | BigInt(y));
    case '^':
      return Number(BigInt(x) ^ BigInt(y));
    case '<<':
      return x * 2 ** y;
    default:
      return Math.floor(x / 2 ** y);
  }
}

function repeated(v: Py, n: number): Py | undefined {
  const times = Math.max(0, n);
  if (typeof v === 'string') return v.repeat(times);
  if (v instanceof Uint8Array)
    return Uint8Array.from({ length: v.length * times }, (_, i) => v[i % v.length] as number);
  if (v instanceof PyList) return new PyList(Array.from({ length: times }, () => v.items).flat());
  return v instanceof PyTuple ? new PyTuple(Array.from({ length: times }, () => v.items).flat()) : undefined;
}

/** `left op right`. @throws Raised TypeError, ZeroDivisionError */
export function binary(op: string, left: Py, right: Py): Py {
  const [x, y] = [numberOf(left), numberOf(right)];
  if (x !== undefined && y !== undefined)
    return arithmetic(op, x, y, left instanceof PyFloat || right instanceof PyFloat);
  if (op === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (left instanceof Uint8Array && right instanceof Uint8Array) return Uint8Array.from([...left, ...right]);
    if (left instanceof PyList && right instanceof PyList) return new PyList([...left.items, ...right.items]);
    if (left instanceof PyTuple && right instanceof PyTuple) return new PyTuple([...left.items, ...right.items]);
    if (typeof left === 'string')
      throw raise('TypeError', `can only concatenate str (not "${typeName(right)}") to str`);
    if (left instanceof Uint8Array) throw raise('TypeError', `can't concat ${typeName(right)} to bytes`);
  }
  if (op === '*') {
    const made =
      typeof right === 'number' ? repeated(left, right) : typeof left === 'number' ? repeated(right, left) : undefined;
    if (made !== undefined) return made;
  }
  if (op === '%' && typeof left === 'string') return percent(left, right);
  throw raise('TypeError', `unsupported operand type(s) for ${op}: '${typeName(left)}' and '${typeName(right)}'`);
}

/** `-v`, `+v`, `~v` */
export function unary(op: string, v: Py): Py {
  const n = numberOf(v);
  if (n === undefined) throw raise('TypeError', `bad operand type for unary ${op}: '${typeName(v)}'`);
  if (op === '~') return -n - 1;
  const signed = op === '-' ? -n : n;
  return v instanceof PyFloat ? new PyFloat(signed) : signed;
}

/** One comparison. */
export function compare(op: string, a: Py, b: Py): boolean {
  switch (op) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case 'is':
      return a === b;
    case 'is not':
      return a !== b;
    case 'in':
      return contains(b, a);
    case 'not in':
      return !contains(b, a);
    default: {
      const order = ordered(op, a, b);
      return op === '<' ? order < 0 : op === '>' ? order > 0 : op === '<=' ? order <= 0 : order >= 0;
    }
  }
}

function ordered(op: string, a: Py, b: Py): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x - y;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (
    (a instanceof PyList && b instanceof PyList) ||
    (a instanceof PyTuple && b instanceof PyTuple) ||
    (a instanceof Uint8Array && b instanceof Uint8Array)
  ) {
    const [p, q] = [iterate(a), iterate(b)];
    const at = p.findIndex((v, i) => i >= q.length || !equal(v, q[i] as Py));
    if (at < 0) return p.length - q.length;
    return at >= q.length ? 1 : ordered(op, p[at] as Py, q[at] as Py);
  }
  throw raise('TypeError', `'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function contains(box: Py, v: Py): boolean {
  if (typeof box === 'string' && typeof v === 'string') return box.includes(v);
  if (box instanceof Uint8Array && v instanceof Uint8Array)
    return repr(box).slice(2, -1).includes(repr(v).slice(2, -1));
  if (box instanceof PyDict) return box.entries.has(repr(v));
  return iterate(box).some((x) => equal(x, v));
}
