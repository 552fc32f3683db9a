/** /proc/net/xt_recent: tables of the match `recent`, read and changed. @see Linux net/netfilter/xt_recent.c: recent_seq_show, recent_mt_proc_write */
import { formatIp, parseIp } from '../../../base/ip.ts';
import { EINVAL } from '../errno.ts';
import type { Machine } from '../kernel.ts';
import type { NetAdmin, NetnsKey, RecentEntry } from '../netadmin.ts';
import { SynthDir, SynthFile } from './synth.ts';

/** Ticks of a kernel with HZ=250, which begin five minutes before they overflow 32 bits. */
const TICK_NS = 4e6;
const FIRST_TICK = 2 ** 32 - 300 * 250;

const tick = (ns: number): number => FIRST_TICK + Math.floor(ns / TICK_NS);

function line(e: RecentEntry): string {
  const last = e.stamps[(e.index + e.room - 1) % e.room] ?? 0;
  const stamps = e.stamps.map((s) => ` ${tick(s)}`).join(',');
  return `src=${formatIp(e.ip)} ttl: ${e.ttl} last_seen: ${tick(last)} oldest_pkt: ${e.index}${stamps}\n`;
}

/** `/` empties a table, `+ADDRESS` or `ADDRESS` stamps an address, `-ADDRESS` removes it. */
function change(net: NetAdmin, table: string, text: string) {
  const word = text.trim();
  if (word === '/') return net.recentSet(table, 'flush');
  const ip = parseIp(word.startsWith('+') || word.startsWith('-') ? word.slice(1) : word);
  if (!ip) return EINVAL;
  return net.recentSet(table, word.startsWith('-') ? 'del' : 'add', ip);
}

/** One file for each table that rules of the namespace name. */
export function recentDir(m: Machine, netns: () => NetnsKey): SynthDir {
  const net = (): NetAdmin => m.net(netns());
  const file = (table: string): SynthFile =>
    new SynthFile(
      () => net().recentEntries(table).map(line).join(''),
      (text) => change(net(), table, text),
    );
  return new SynthDir(
    () => ({}),
    (name) => (net().recentTables().includes(name) ? file(name) : undefined),
    () => net().recentTables(),
  );
}
