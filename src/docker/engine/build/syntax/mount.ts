/** `RUN --mount=…`. @see moby/buildkit frontend/dockerfile/instructions/commands_runmount.go */
import { BuildFault } from './fault.ts';
import { suggestion } from './suggest.ts';

type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';

/** What a step has mounted. */
export interface RunMount {
  type: MountType;
  from: string;
  source: string;
  target: string;
  readOnly: boolean;
  size: number;
  id: string;
  sharing: string;
  required: boolean;
  /** Of a secret: the variable that gets it; undefined: it is a file. */
  env: string | undefined;
  mode: number | undefined;
  uid: number | undefined;
  gid: number | undefined;
}

const TYPES = ['bind', 'cache', 'secret', 'ssh', 'tmpfs'];
const SHARINGS = ['shared', 'private', 'locked'];
const KEYS = [
  'type',
  'from',
  'source',
  'src',
  'target',
  'dst',
  'destination',
  'size',
  'id',
  'sharing',
  'required',
  'mode',
  'uid',
  'gid',
  'readonly',
  'ro',
  'readwrite',
  'rw',
  'env',
];

/** One CSV line; quotes hold commas. */
function csvFields(value: string): string[] {
  const out: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let i = 0; i < value.length; i++) {
    const c = value[i] as string;
    if (isQuoted) {
      if (c !== '"') field += c;
      else if (value[i + 1] === '"') field += value[++i];
      else isQuoted = false;
    } else if (c === '"' && field === '') isQuoted = true;
    else if (c === ',') {
      out.push(field);
      field = '';
    } else field += c;
  }
  out.push(field);
  return out;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function bool(key: string, value: string): boolean {
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw new BuildFault(`invalid value for ${key}: ${value}`);
}

function number(key: string, value: string, base: number): number {
  const digits = base === 8 ? /^[0-7]+$/ : /^\d+$/;
  if (!digits.test(value)) throw new BuildFault(`invalid value ${value} for ${key}`);
  return Number.parseInt(value, base);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

function size(value: string): number {
  const m = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(value);
  if (!m) throw new BuildFault(`invalid value for size: ${value}`);
  return Math.floor(Number(m[1]) * (UNITS[(m[2] as string).toLowerCase()] as number));
}

/** @param expand of variables, which types and ids are not free of @throws BuildFault */
export function parseMount(text: string, expand: (word: string) => string): RunMount {
  const m: RunMount = {
    type: 'bind',
    from: '',
    source: '',
    target: '',
    readOnly: true,
    size: 0,
    id: '',
    sharing: '',
    required: false,
    env: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
  };
  let isAuto = true;
  for (const field of csvFields(text)) {
    const eq = field.indexOf('=');
    const key = (eq < 0 ? field : field.slice(0, eq)).toLowerCase();
    if (eq < 0) {
      if (!flagField(m, key)) {
        throw new BuildFault(`invalid field '${field}' must be a key=value pair`);
      }
      if (/^(?:ro|rw|readonly|readwrite)$/.test(key)) isAuto = false;
      continue;
    }
    const value = expand(field.slice(eq + 1));
    if (/^(?:ro|rw|readonly|readwrite)$/.test(key)) isAuto = false;
    setField(m, key, value, field);
  }
  if (isAuto) m.readOnly = m.type !== 'cache' && m.type !== 'tmpfs';
  check(m);
  return m;
}

function flagField(m: RunMount, key: string): boolean {
  if (key === 'readonly' || key === 'ro') m.readOnly = true;
  else if (key === 'readwrite' || key === 'rw') m.readOnly = false;
  else if (key === 'required' && (m.type === 'secret' || m.type === 'ssh')) m.required = true;
  else if (key === 'env') m.env = '';
  else return false;
  return true;
}

function setField(m: RunMount, key: string, value: string, field: string): void {
  switch (key) {
    case 'type':
      if (!TYPES.includes(value.toLowerCase()))
        throw new BuildFault(`unsupported mount type ${JSON.stringify(value)}${suggestion(value, TYPES, true)}`);
      m.type = value.toLowerCase() as MountType;
      return;
    case 'from':
      m.from = value;
      return;
    case 'source':
    case 'src':
      m.source = value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      m.target = value;
      return;
    case 'readonly':
    case 'ro':
      m.readOnly = bool(key, value);
      return;
    case 'readwrite':
    case 'rw':
      m.readOnly = !bool(key, value);
      return;
    case 'required':
      if (m.type !== 'secret' && m.type !== 'ssh')
        throw new BuildFault(`unexpected key '${key}' for mount type '${m.type}'`);
      m.required = bool(key, value);
      return;
    case 'size':
      if (m.type !== 'tmpfs') throw new BuildFault(`unexpected key '${key}' for mount type '${m.type}'`);
      m.size = size(value);
      return;
    case 'id':
      m.id = value;
      return;
    case 'sharing':
      if (!SHARINGS.includes(value.toLowerCase()))
        throw new BuildFault(`unsupported sharing value ${JSON.stringify(value)}${suggestion(value, SHARINGS, true)}`);
      m.sharing = value.toLowerCase();
      return;
    case 'mode':
      m.mode = number(key, value, 8);
      return;
    case 'uid':
      m.uid = number(key, value, 10);
      return;
    case 'gid':
      m.gid = number(key, value, 10);
      return;
    case 'env':
      m.env = value;
      return;
    default:
      throw new BuildFault(`unexpected key '${key}' in '${field}'${suggestion(key, KEYS, true)}`);
  }
}

function check(m: RunMount): void {
  if (m.sharing !== '' && m.type !== 'cache') throw new BuildFault(`invalid cache sharing set for ${m.type} mount`);
  if (m.type === 'secret') {
    if (m.from !== '') throw new BuildFault('secret mount should not have a from');
    if (m.id === '' && m.source === '' && m.target === '' && m.env === undefined)
      throw new BuildFault('invalid secret mount. one of source, target required');
    if (m.source !== '' && m.id !== '') throw new BuildFault("both source and id can't be set");
  }
}
