/**
 * The command line of dockerd: flags have the names of daemon.json's directives, in the singular where they repeat.
 * @see moby cmd/dockerd/config.go, config_unix.go: installConfigFlags; opts/hosts.go: parseDaemonHost
 */
import { DIRECTIVES } from './directives.ts';

/** What was given on it, by the name of the directive. */
export type Flags = Readonly<Record<string, unknown>>;

const SHORT: Readonly<Record<string, string>> = {
  D: 'debug',
  G: 'group',
  H: 'host',
  b: 'bridge',
  l: 'log-level',
  s: 'storage-driver',
};
const REPEATED: Readonly<Record<string, string>> = {
  host: 'hosts',
  label: 'labels',
  dns: 'dns',
  'dns-opt': 'dns-opts',
  'dns-search': 'dns-search',
  'exec-opt': 'exec-opts',
  'insecure-registry': 'insecure-registries',
  'registry-mirror': 'registry-mirrors',
  'storage-opt': 'storage-opts',
  'host-gateway-ip': 'host-gateway-ips',
  'log-opt': 'log-opts',
};
/** Taken, and of no meaning here. */
const OTHERS = ['config-file', 'pidfile', 'containerd'];

/** @returns the flags, or what is wrong */
export function parseCommand(args: readonly string[]): Flags | string {
  const out: Record<string, unknown> = {};
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    const short = /^-([A-Za-z])=?(.*)$/s.exec(word);
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
    if (!short && !long) return `unknown argument: ${word}`;
    const name = long ? (long[1] as string) : SHORT[short?.[1] as string];
    const directive = name === undefined ? undefined : (REPEATED[name] ?? name);
    const kind = directive === undefined ? undefined : DIRECTIVES.get(directive);
    if (name === undefined || directive === undefined || (!kind && !OTHERS.includes(name)))
      return long ? `unknown flag: --${name}` : `unknown shorthand flag: '${short?.[1]}' in ${word}`;
    const attached = long ? long[2] : short?.[2] || undefined;
    if (kind === 'bool') {
      out[directive] = attached === undefined || attached === 'true' || attached === '1';
      continue;
    }
    const value = attached ?? args[++i];
    if (value === undefined) return `flag needs an argument: ${word}`;
    const bad = take(out, directive, kind, name, value);
    if (bad !== undefined) return bad;
  }
  return out;
}

function take(
  out: Record<string, unknown>,
  directive: string,
  kind: string | undefined,
  name: string,
  value: string,
): string | undefined {
  if (kind === 'list') out[directive] = [...((out[directive] as string[] | undefined) ?? []), value];
  else if (kind === 'map') {
    const [key = '', ...rest] = value.split('=');
    out[directive] = { ...((out[directive] as object | undefined) ?? {}), [key]: rest.join('=') };
  } else if (kind === 'int') {
    if (!/^-?\d+$/.test(value))
      return `invalid argument ${JSON.stringify(value)} for "--${name}" flag: strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`;
    out[directive] = Number(value);
  } else if (kind) out[directive] = value;
  return undefined;
}
