/**
 * Checks of single flag values of `docker run` and its kin, with docker's error texts.
 * @see docker/cli opts/{opts,hosts,env,network,ulimit,gpus,mount,throttledevice}.go
 */
import { parseIp } from '../../../base/ip.ts';
import { parseRecord } from '../flags/csv.ts';
import { goQuote, parseBool, parseInt64 } from '../flags/gostrconv.ts';
import { ramInBytes } from '../flags/values.ts';

type Checked = { readonly value: string } | { readonly error: string };
const ok = (value: string): Checked => ({ value });
const no = (error: string): Checked => ({ error });

/** `-a` */
export function attachStream(s: string): Checked {
  const low = s.toLowerCase();
  return ['stdin', 'stdout', 'stderr'].includes(low) ? ok(low) : no('valid streams are STDIN, STDOUT and STDERR');
}

/** `--dns` */
export function ipAddress(s: string): Checked {
  return parseIp(s.trim()) ? ok(s.trim()) : no(`IP address is not correctly formatted: ${s}`);
}

/** `--dns-search` */
export function dnsSearch(s: string): Checked {
  const v = s.trim();
  if (v === '.') return ok(v);
  const valid =
    v.length <= 255 &&
    /[a-zA-Z]/.test(v) &&
    /^(:?(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))(:?\.(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])))*)\.?\s*$/.test(
      v,
    );
  return valid ? ok(v) : no(`${s} is not a valid domain`);
}

/** `-e`: `A=1`, or `A` (taken from the environment later). */
export function environment(s: string): Checked {
  return s === '' || s.startsWith('=') ? no(`invalid environment variable: ${s}`) : ok(s);
}

/** `-l` */
export function label(s: string): Checked {
  const key = (s.split('=')[0] as string).trimStart();
  if (key === '') return no(`invalid label '${s}': empty name`);
  if (/\s/.test(key)) return no(`label '${key}' contains whitespaces`);
  return ok(s.trimStart());
}

/** `--link` */
export function link(s: string): Checked {
  if (s === '') return no('empty string specified for links');
  const parts = s.split(':');
  if (parts.length > 2) return no(`bad format for links: ${s}`);
  return ok(s);
}

/** `--add-host`: `name:ip` or `name=ip`, in brackets if one likes. */
export function extraHost(s: string): Checked {
  const eq = s.indexOf('=');
  const at = eq >= 0 ? eq : s.indexOf(':');
  const name = at < 0 ? '' : s.slice(0, at);
  const rest = at < 0 ? '' : s.slice(at + 1);
  if (name === '' || name.includes(':')) return no(`bad format for add-host: ${goQuote(s)}`);
  const ip = rest.startsWith('[') && rest.endsWith(']') ? rest.slice(1, -1) : rest;
  if (ip !== 'host-gateway' && !parseIp(ip)) return no(`invalid IP address in add-host: ${goQuote(rest)}`);
  return ok(`${name}:${ip}`);
}

const SYSCTLS = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** `--sysctl` */
export function sysctl(s: string): Checked {
  const key = s.split('=')[0] as string;
  if (s.includes('=') && (SYSCTLS.has(key) || key.startsWith('net.') || key.startsWith('fs.mqueue.'))) return ok(s);
  return no(`sysctl '${s}' is not allowed`);
}

/** `--network`: a name, or `name=…,alias=…,ip=…,ip6=…,mac-address=…,driver-opt=k=v,gw-priority=n,link-local-ip=…`. */
export function networkAttachment(s: string): Checked {
  if (!isLongNetwork(s)) return ok(s);
  let named = false;
  const record = parseRecord(s);
  if ('error' in record) return record;
  for (const field of record.value) {
    const at = field.indexOf('=');
    if (at < 0) return no(`invalid field ${field}`);
    const key = field.slice(0, at).trim().toLowerCase();
    const value = field.slice(at + 1).trim();
    if (!NETWORK_KEYS.has(key)) return no(`invalid field key ${key}`);
    if (key === 'gw-priority') {
      const n = parseInt64(value, 10, 64, 'Atoi');
      if ('error' in n) return no(`invalid gw-priority (${value}): invalid syntax`);
    }
    if (key === 'driver-opt' && !value.includes('=')) return no('invalid key value pair format in driver options');
    if (key === 'name') named = value !== '';
  }
  return named ? ok(s) : no('network name/id is not specified');
}

/** Is it of fields, or the name of a network? @see docker/cli opts/network.go: Set */
export function isLongNetwork(s: string): boolean {
  return /\w+=\w+(,\w+=\w+)*/.test(s);
}
const NETWORK_KEYS = new Set([
  'name',
  'alias',
  'ip',
  'ip6',
  'mac-address',
  'link-local-ip',
  'driver-opt',
  'gw-priority',
]);

/** `--ulimit`: `nofile=1024:2048` */
export function ulimit(s: string): Checked {
  const at = s.indexOf('=');
  if (at < 0) return no(`invalid ulimit argument: ${s}`);
  const name = s.slice(0, at);
  if (!ULIMITS.has(name)) return no(`invalid ulimit type: ${name}`);
  const limits = s.slice(at + 1).split(':');
  if (limits.length > 2)
    return no(`too many limit value arguments - ${s.slice(at + 1)}, can only have up to two, \`soft[:hard]\``);
  const numbers: number[] = [];
  for (const one of limits) {
    const n = parseInt64(one, 10);
    if ('error' in n) return n;
    numbers.push(n.value);
  }
  const [soft = 0, hard = soft] = numbers;
  if (hard !== -1 && (soft === -1 || soft > hard))
    return no(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
  return ok(`${name}=${soft}:${hard}`);
}
const ULIMITS = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '),
);

/** `--device-cgroup-rule` */
export function deviceCgroupRule(s: string): Checked {
  return /^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(s) ? ok(s) : no(`invalid device cgroup format '${s}'`);
}

/** `--mount`: checks the keys; {@link ./volumes.ts} converts. */
export function mount(s: string): Checked {
  const record = parseRecord(s);
  if ('error' in record) return record;
  let type = 'volume';
  let target = '';
  const options = new Set<string>();
  const given = new Map<string, string>();
  for (const field of record.value) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
    const value = field.slice(at + 1);
    if (at < 0 && !MOUNT_FLAGS.has(key)) return no(`invalid field '${field}' must be a key=value pair`);
    if (at >= 0 && MOUNT_FLAGS.has(key) && 'error' in parseBool(value)) return no(`invalid value for ${key}: ${value}`);
    if (key === 'type') type = value.toLowerCase();
    else if (key === 'target' || key === 'dst' || key === 'destination') target = value;
    else if (!MOUNT_KEYS.has(key)) return no(`unexpected key '${key}' in '${field}'`);
    else if (key === 'bind-recursive' && !RECURSIVE.has(value))
      return no(
        `invalid value for bind-recursive: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
      );
    else if (key === 'tmpfs-size' && 'error' in ramInBytes(value)) return no(`invalid value for ${key}: ${value}`);
    else if (key === 'tmpfs-mode' && !/^[0-7]+$/.test(value)) return no(`invalid value for ${key}: ${value}`);
    options.add(key.split('-')[0] as string);
    given.set(key === 'ro' ? 'readonly' : key, at < 0 ? 'true' : value);
  }
  if (type === '') return no('type is required');
  if (target === '') return no('target is required');
  for (const kind of ['volume', 'image', 'bind', 'tmpfs'])
    if (type !== kind && options.has(kind)) return no(`cannot mix '${kind}-*' options with mount type '${type}'`);
  const recursive = given.get('bind-recursive') ?? '';
  const needs = recursiveNeeds(recursive, given);
  return needs === undefined
    ? ok(s)
    : no(`option 'bind-recursive=${recursive}' requires '${needs}' to be specified in conjunction`);
}
/** What a mount lacks that is to be read-only, all the way down or not. */
function recursiveNeeds(recursive: string, given: ReadonlyMap<string, string>): string | undefined {
  if (recursive !== 'readonly' && recursive !== 'writable') return undefined;
  const readOnly = parseBool(given.get('readonly') ?? 'false');
  if (!('value' in readOnly && readOnly.value)) return 'readonly';
  if (recursive === 'writable' || given.get('bind-propagation') === 'rprivate') return undefined;
  return 'bind-propagation=rprivate';
}
const MOUNT_FLAGS = new Set(['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive']);
const RECURSIVE = new Set(['enabled', 'disabled', 'writable', 'readonly']);
const MOUNT_KEYS = new Set(
  'readonly ro source src consistency bind-propagation bind-nonrecursive bind-recursive volume-nocopy volume-label volume-driver volume-opt volume-subpath tmpfs-size tmpfs-mode image-subpath'.split(
    ' ',
  ),
);

/** `--memory-swap`: a size or -1 for unlimited. */
export function memorySwap(parse: (s: string) => { value: number } | { error: string }): (s: string) => Checked {
  return (s) => {
    if (s === '-1') return ok('-1');
    const n = parse(s);
    return 'error' in n ? n : ok(String(n.value));
  };
}

/** net.ParseMAC of six, eight or twenty octets. */
export function validMac(s: string): boolean {
  const octets = /^([0-9a-f]{2})(([:-])[0-9a-f]{2})(\3[0-9a-f]{2})+$/i.exec(s.trim());
  const dots = /^[0-9a-f]{4}(\.[0-9a-f]{4})+$/i.test(s.trim());
  const n = s.trim().replace(/[^0-9a-f]/gi, '').length / 2;
  return (octets !== null || dots) && [6, 8, 20].includes(n);
}
