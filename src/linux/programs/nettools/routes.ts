/** The table of `route` and `netstat -r`. @see net-tools lib/inet_gr.c */
import { formatIp, formatIp4, type IpAddr, mask4 } from '../../../base/ip.ts';
import { getnameinfo } from '../resolve.ts';
import type { Context } from '../spec.ts';

/** The middle columns of a routing table: of `route`, and of `netstat -r` and `route -e`. */
const ROUTE_COLUMNS = { metric: 'Metric Ref    Use', mss: '  MSS Window  irtt' } as const;

/** @see net-tools lib/inet_gr.c: rprint_fib; busybox networking/route.c: bb_displayroutes */
export async function routes(ctx: Context, columns: keyof typeof ROUTE_COLUMNS): Promise<number> {
  const numeric = ctx.options.has('numeric');
  let out = `Kernel IP routing table\nDestination     Gateway         Genmask         Flags ${ROUTE_COLUMNS[columns]} Iface\n`;
  const name = async (ip: IpAddr | undefined, dflt: string, plain: string): Promise<string> => {
    if (!ip || ip.value === 0) return numeric ? '0.0.0.0' : dflt;
    return numeric ? plain : ((await getnameinfo(ctx.sys, ip)) ?? plain);
  };
  const bits = (r: { dst?: { bits: number } }): number => r.dst?.bits ?? 0;
  for (const r of ctx.sys.net.routes(4, 254)) {
    const dst = r.dst ? formatIp(r.dst.addr) : '0.0.0.0';
    const gw = r.via ? formatIp(r.via) : '0.0.0.0';
    const flags = `${r.type === 'unreachable' ? '!' : 'U'}${r.via ? 'G' : ''}${bits(r) === 32 ? 'H' : ''}`;
    const dev = r.ifindex === undefined ? '*' : (ctx.sys.net.link(r.ifindex)?.name ?? '*');
    const cells = [
      (await name(r.dst?.addr, 'default', dst)).slice(0, 15).padEnd(15),
      (await name(r.via, ctx.flavour === 'busybox' ? '*' : '0.0.0.0', gw)).slice(0, 15).padEnd(15),
      formatIp4(mask4(bits(r))).padEnd(15),
      flags.padEnd(5),
      columns === 'metric' ? `${String(r.metric).padEnd(6)} 0        0` : '    0 0          0',
    ];
    out += `${cells.join(' ')} ${dev}\n`;
  }
  await ctx.out(out);
  return 0;
}
