/** Which devices a `show` is about: the filter words that `ip link show` and `ip addr show` share. */
import type { Link } from '../../kernel/netadmin.ts';
import { cannotFind, garbage, IpError, matches, wrong } from './args.ts';
import type { IpEnv } from './env.ts';

/** What was asked for. */
export interface LinkFilter {
  readonly dev?: string;
  readonly master?: number;
  readonly type?: string;
  readonly up: boolean;
  readonly group?: number;
  /** ip addr only */
  readonly scope?: string;
  readonly to?: string;
  /** A pattern of labels; an IPv6 address has the device's name as its label. */
  readonly label?: string;
  /** Of addresses; a word behind `-` wants those without it. */
  readonly marks: readonly AddrMark[];
}

/** What an address may be asked for. */
export type AddrMark = 'primary' | 'secondary' | 'permanent' | 'dynamic' | 'tentative' | 'deprecated' | 'dadfailed';
const MARKS: readonly string[] = [
  'primary',
  'secondary',
  'permanent',
  'dynamic',
  'tentative',
  'deprecated',
  'dadfailed',
];

/** Reads `[dev] NAME | up | master NAME | type KIND | scope S | to PREFIX`. */
export function readFilter(env: IpEnv): LinkFilter {
  const f: { -readonly [K in keyof LinkFilter]: LinkFilter[K] } = { up: false, marks: [] };
  const w = env.words;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'up') f.up = true;
    else if (word === 'master') {
      const name = w.need();
      const m = env.net.link(name);
      if (!m) throw new IpError(`Error: argument "${name}" is wrong: Device does not exist\n`.trim(), 255);
      f.master = m.ifindex;
    } else if (word === 'type') f.type = w.need();
    else if (word === 'scope') f.scope = w.need();
    else if (word === 'to') f.to = w.need();
    else if (word === 'label') f.label = w.need();
    else if (word === 'group') f.group = groupArg(w.need());
    else if (MARKS.includes(word)) f.marks = [...f.marks, word as AddrMark];
    else {
      if (word === 'dev') word = w.need();
      if (f.dev !== undefined) throw garbage('dev', word);
      f.dev = word;
    }
  }
  return f;
}

/** A group of devices by number; `default` is 0. */
export function groupArg(text: string): number {
  const n = text === 'default' ? 0 : Number(text);
  if (!Number.isInteger(n) || n < 0) throw wrong('Invalid "group" value\n', text);
  return n;
}

/** The devices the filter lets through. @param code what the applet ends with when there is no such device */
export function selectLinks(env: IpEnv, f: LinkFilter, code = 1): Link[] {
  if (f.dev !== undefined && !env.net.link(f.dev)) {
    if (env.busybox) throw new IpError(`ip: can't find device '${f.dev}'`, code);
    throw new IpError(`Device "${f.dev}" does not exist.`, 1);
  }
  return env.net
    .links()
    .filter((l) => f.dev === undefined || l.name === f.dev)
    .filter((l) => f.master === undefined || l.master === f.master)
    .filter((l) => f.type === undefined || l.kind === f.type || (f.type === 'bridge_slave' && l.master !== undefined))
    .filter((l) => f.group === undefined || (l.group ?? 0) === f.group)
    .filter((l) => !f.up || l.up);
}

/** A device by name, or iproute2's complaint. */
export function deviceArg(env: IpEnv, name: string): Link {
  const l = env.net.link(name);
  if (!l) throw env.busybox ? new IpError(`ip: can't find device '${name}'`, 1) : cannotFind(name);
  return l;
}

/** `add del …` from the words, by abbreviation in the order given. */
export function subcommand(env: IpEnv, object: string, names: readonly string[], dflt: string): string {
  const word = env.words.peek();
  if (word === undefined) return dflt;
  const found = names.find((n) => matches(word, n));
  if (found === undefined)
    throw env.busybox
      ? new IpError(`ip: invalid argument '${word}' to 'ip'`, 1)
      : new IpError(`Command "${word}" is unknown, try "ip ${object} help".`, 255);
  env.words.take();
  return found;
}
