/** Values that matches and targets of iptables share: ports, marks, rates; and the error of a wrong one. */
import { servicePort } from '../services.ts';

/** A command line that cannot be carried out. `hint` adds the line that points to --help. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint = true,
    /** 2 wrong words, 3 version problem, 1 other. */
    readonly code = 2,
    /** Printed as it is, without the program's name before it. */
    readonly bare = false,
  ) {
    super(message);
  }
}

/** A port by number or name. */
export function portNumber(text: string): number {
  const n = /^\d+$/.test(text) ? Number(text) : servicePort(text);
  if (n === undefined || n > 65535) throw new UsageError(`invalid port/service \`${text}' specified`);
  return n;
}

/** `VALUE[/MASK]`, decimal or hexadecimal. */
export function markValue(text: string, dflt: number): { value: number; mask: number } {
  const [v, m] = text.split('/') as [string, string?];
  const value = Number(v);
  const mask = m === undefined ? dflt : Number(m);
  if (v === '' || !Number.isInteger(value) || !Number.isInteger(mask))
    throw new UsageError(`mark: bad mark value "${text}"`);
  return { value: value >>> 0, mask: mask >>> 0 };
}

/** `5/min` */
export function limitRate(text: string): { count: number; per: 1 | 60 | 3600 | 86400 } {
  const m = /^(\d+)(?:\/(s|sec|second|m|min|minute|h|hour|d|day)s?)?$/.exec(text);
  if (!m || Number(m[1]) === 0) throw new UsageError(`bad rate "${text}"'`);
  const per = { s: 1, m: 60, h: 3600, d: 86400 }[(m[2] ?? 's')[0] as 's'] as 1 | 60 | 3600 | 86400;
  return { count: Number(m[1]), per };
}
