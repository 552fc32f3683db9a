/** What every object of `ip` is called with: the global options and the process. */
import type { NetAdmin } from '../../kernel/netadmin.ts';
import type { Stamps } from '../netmonitor.ts';
import type { Context } from '../spec.ts';
import type { Words } from './args.ts';

export interface IpEnv {
  readonly ctx: Context;
  readonly net: NetAdmin;
  readonly words: Words;
  /** -4, -6; 0 is both. */
  readonly family: 4 | 6 | 0;
  readonly oneline: boolean;
  readonly brief: boolean;
  readonly details: boolean;
  readonly stats: number;
  /** -h: counters as 1.91k, -iec: as 1.87Ki. */
  readonly human?: 1000 | 1024;
  readonly json: boolean;
  readonly pretty: boolean;
  readonly busybox: boolean;
  /** -t, -ts */
  readonly stamps: Stamps;
}

/** Prints lines; with -o the line ends inside one entry are backslashes. */
export async function printEntries(env: IpEnv, entries: readonly (readonly string[])[]): Promise<void> {
  await env.ctx.out(entries.map((lines) => `${lines.join(env.oneline ? '\\' : '\n')}\n`).join(''));
}

/** Prints -j output. */
export async function printJson(env: IpEnv, value: unknown): Promise<void> {
  await env.ctx.out(`${env.pretty ? JSON.stringify(value, null, '    ') : JSON.stringify(value)}\n`);
}
