/** Names of routing tables. @see iproute2 lib/rt_names.c: rtnl_rttable_a2n */
import { isErr } from '../../kernel/errno.ts';
import { readText } from '../stdio.ts';
import type { IpEnv } from './env.ts';

const OWN: readonly (readonly [string, number])[] = [
  ['unspec', 0],
  ['default', 253],
  ['main', 254],
  ['local', 255],
];
const FILES = ['/usr/share/iproute2/rt_tables', '/etc/iproute2/rt_tables'];

/** Names and numbers: those that every system has, and those of rt_tables; later ones win. */
function names(env: IpEnv): [string, number][] {
  const out: [string, number][] = OWN.map(([n, id]) => [n, id]);
  for (const path of FILES) {
    const content = readText(env.ctx.sys, path);
    if (isErr(content)) continue;
    for (const line of content.split('\n')) {
      const [id, name] = line.trim().split(/\s+/);
      if (id && name && !id.startsWith('#') && Number.isInteger(Number(id))) out.push([name, Number(id)]);
    }
  }
  return out;
}

/** The number of a table that is named or numbered; undefined: there is none of that name. */
export function tableNumber(env: IpEnv, word: string): number | undefined {
  const named = names(env).findLast(([name]) => name === word);
  if (named) return named[1];
  const n = word === '' ? Number.NaN : Number(word);
  return Number.isInteger(n) && n >= 0 && n <= 0xffffffff ? n : undefined;
}

/** A table as it is printed. */
export function tableName(env: IpEnv, id: number): string {
  return names(env).findLast(([, n]) => n === id)?.[0] ?? String(id);
}
