/**
 * The filter expressions of ss: `sport = :80 or not dst 10.0.0.0/8`.
 *
 *     any   := all { ('or' | '|' | '||') all }
 *     all   := not { ['and' | '&' | '&&'] not }
 *     not   := ('not' | '!') not | '(' any ')' | ('src' | 'dst') [= | !=] HOST | ('sport' | 'dport') [OP] PORT
 *            | 'dev' [= | !=] NAME
 *
 * Limits: no fwmark, cgroup and autobound.
 * @see iproute2 misc/ssfilter.y, misc/ss.c: yylex, parse_hostcond
 */
import { contains, type IpAddr, parseIp, parsePrefix } from '../../base/ip.ts';
import type { SocketInfo } from '../kernel/netadmin.ts';
import { servicePort } from './services.ts';

/** A condition of the filter expression. */
export type Condition = (s: SocketInfo) => boolean;

const OPS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  eq: (a, b) => a === b,
  '!=': (a, b) => a !== b,
  ne: (a, b) => a !== b,
  neq: (a, b) => a !== b,
  '<': (a, b) => a < b,
  lt: (a, b) => a < b,
  '>': (a, b) => a > b,
  gt: (a, b) => a > b,
  '<=': (a, b) => a <= b,
  le: (a, b) => a <= b,
  leq: (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  ge: (a, b) => a >= b,
  geq: (a, b) => a >= b,
};

class Parser {
  #at = 0;
  constructor(readonly words: readonly string[]) {}

  take(...any: string[]): boolean {
    if (!any.includes(this.words[this.#at] ?? '')) return false;
    this.#at++;
    return true;
  }

  get done(): boolean {
    return this.#at >= this.words.length;
  }

  any(): Condition | undefined {
    let left = this.all();
    while (left && this.take('or', '|', '||')) {
      const [a, b] = [left, this.all()];
      left = b && ((s) => a(s) || b(s));
    }
    return left;
  }

  all(): Condition | undefined {
    let left = this.not();
    while (left && !this.done && !['or', '|', '||', ')'].includes(this.words[this.#at] as string)) {
      this.take('and', '&', '&&');
      const [a, b] = [left, this.not()];
      left = b && ((s) => a(s) && b(s));
    }
    return left;
  }

  not(): Condition | undefined {
    if (this.take('not', '!')) {
      const c = this.not();
      return c && ((s) => !c(s));
    }
    if (this.take('(')) {
      const c = this.any();
      return this.take(')') ? c : undefined;
    }
    const key = this.words[this.#at++];
    const word = this.words[this.#at] ?? '';
    const op = Object.hasOwn(OPS, word) ? OPS[word] : undefined;
    if (op) this.#at++;
    const value = this.words[this.#at++];
    if (value === undefined) return undefined;
    const is = op ?? (OPS['='] as (a: number, b: number) => boolean);
    switch (key) {
      case 'sport':
      case 'dport': {
        const port = portOf(value.replace(/^.*:/, ''));
        return port === undefined ? undefined : (s) => is((key === 'sport' ? s.local : s.peer).port, port);
      }
      case 'src':
      case 'dst': {
        const host = hostOf(value);
        return host && ((s) => is(host(key === 'src' ? s.local : s.peer) ? 1 : 0, 1));
      }
      case 'dev':
        return (s) => is(s.ifname === value ? 1 : 0, 1);
      default:
        return undefined;
    }
  }
}

function portOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : servicePort(text);
}

/** `10.0.0.0/8`, `[::1]:80`, `:22`, `*:22`. */
function hostOf(text: string): ((end: SocketInfo['local']) => boolean) | undefined {
  const m = /^(?:\[(.*)\]|([^:]*)|(.*:.*:[^/]*(?:\/\d+)?))(?::(\w[\w-]*|\*))?$/.exec(text);
  if (!m) return undefined;
  const host = m[1] ?? m[2] ?? m[3] ?? '';
  const wild = host === '' || host === '*';
  const prefix = wild ? undefined : (parsePrefix(host) ?? single(parseIp(host)));
  if (!wild && !prefix) return undefined;
  const port = m[4] === undefined || m[4] === '*' ? undefined : portOf(m[4]);
  if (port === undefined && m[4] !== undefined && m[4] !== '*') return undefined;
  return (end) =>
    (!prefix || (end.ip !== undefined && contains(prefix, end.ip))) && (port === undefined || end.port === port);
}

function single(ip: IpAddr | undefined): { addr: IpAddr; bits: number } | undefined {
  return ip && { addr: ip, bits: ip.v === 4 ? 32 : 128 };
}

/** Reads the words after the states; no words let everything pass. @returns undefined on a syntax error */
export function parseFilter(args: readonly string[]): Condition | undefined {
  const words = args.join(' ').match(/[()]|&&|\|\||[&|]|[!<>=]=|[!<>=]|[^\s()&|!<>=]+/g) ?? [];
  if (words.length === 0) return () => true;
  const parser = new Parser(words);
  const filter = parser.any();
  return parser.done ? filter : undefined;
}
