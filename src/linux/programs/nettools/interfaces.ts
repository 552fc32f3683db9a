/** The table of `netstat -i` and `ifconfig -s`. @see net-tools lib/interface.c: ife_print_short */
import type { Link } from '../../kernel/netadmin.ts';
import type { Context } from '../spec.ts';

/** The table of `netstat -i` and `ifconfig -s`. */
export function interfaceTable(ctx: Context, all: boolean): string {
  const links = ctx.sys.net
    .links()
    .filter((l) => all || l.up)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const flags = (l: Link): string =>
    `${l.kind === 'loopback' ? 'L' : 'BM'}${l.promisc && l.master === undefined ? 'P' : ''}${l.up && l.carrier ? 'R' : ''}${l.up ? 'U' : ''}`;
  const row = (l: Link): string => {
    const s = l.stats;
    const n = (x: number, w: number): string => String(x).padStart(w);
    return `${l.name.padEnd(8)} ${n(l.mtu, 5)} ${n(s.rxPackets, 8)} ${n(s.rxErrors, 6)} ${n(s.rxDropped, 6)} ${'0'.padEnd(6)}${n(s.txPackets, 9)} ${n(s.txErrors, 6)} ${n(s.txDropped, 6)} ${n(0, 6)} ${flags(l)}\n`;
  };
  return `Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${links.map(row).join('')}`;
}
