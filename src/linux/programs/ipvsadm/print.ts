/** Listings of ipvsadm. @see ipvsadm 1.31: ipvsadm.c: print_service_entry, print_conn_entry */
import { formatIp, type IpAddr } from '../../../base/ip.ts';
import type { VsConnection, VsKey, VsServer, VsService, VsStats } from '../../kernel/ipvs.ts';
import { serviceName } from '../services.ts';

/** What is listed, and how. */
export interface ListStyle {
  readonly what: 'plain' | 'stats' | 'rate' | 'thresholds' | 'persistent';
  readonly numeric: boolean;
  readonly exact: boolean;
}

const PROTO: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' };
const numberOf = (ip: IpAddr): number => (ip.v === 4 ? ip.value : 0);

/** `10.0.0.1:80` */
export function endText(addr: IpAddr, port: number, proto: number, numeric: boolean): string {
  const name = numeric ? undefined : serviceName(port, proto === 17 ? 'udp' : 'tcp');
  return `${formatIp(addr)}:${name ?? port}`;
}

const keyText = (k: VsKey, numeric: boolean): string =>
  'fwmark' in k ? `FWM  ${k.fwmark}` : `${PROTO[k.proto]}  ${endText(k.addr, k.port, k.proto, numeric)}`;

/** Options that name a service: `-t 10.0.0.1:80`. */
export const keyRule = (k: VsKey, numeric: boolean): string =>
  'fwmark' in k ? `-f ${k.fwmark}` : `-${k.proto === 6 ? 't' : 'u'} ${endText(k.addr, k.port, k.proto, numeric)}`;

/** A large number in nine columns. */
function large(n: number, exact: boolean): string {
  if (exact) return ` ${String(n).padStart(8)}`;
  if (n < 100000) return ` ${String(n).padStart(8)}`;
  if (n < 100000000) return ` ${String(Math.floor(n / 1000)).padStart(7)}K`;
  if (n < 100000000000) return ` ${String(Math.floor(n / 1000000)).padStart(7)}M`;
  return ` ${String(Math.floor(n / 1000000000)).padStart(7)}G`;
}

const counts = (s: VsStats, exact: boolean): string =>
  [s.conns, s.inPackets, s.outPackets, s.inBytes, s.outBytes].map((n) => large(n, exact)).join('');

const TITLES: Readonly<Record<ListStyle['what'], readonly string[]>> = {
  plain: [],
  stats: ['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes'],
  rate: ['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS'],
  thresholds: ['Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'],
  persistent: ['Weight', 'PersistConn', 'ActiveConn', 'InActConn'],
};
const WIDTHS: Readonly<Record<'thresholds' | 'persistent', readonly number[]>> = {
  thresholds: [10, 10, 10, 10],
  persistent: [9, 11, 10, 10],
};

function title(style: ListStyle): string {
  const what = style.what;
  const first = 'Prot LocalAddress:Port';
  if (what === 'plain')
    return `${first} Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n`;
  const columns =
    what === 'stats' || what === 'rate'
      ? TITLES[what].map((t) => t.padStart(8))
      : TITLES[what].map((t, i) => t.padEnd(WIDTHS[what][i] ?? 10));
  return `${first.padEnd(33)} ${columns.join(' ')}\n  -> RemoteAddress:Port\n`;
}

function serviceLine(s: VsService, style: ListStyle): string {
  const name = keyText(s.key, style.numeric);
  if (style.what === 'stats') return `${name.padEnd(33)}${counts(s.stats, style.exact)}\n`;
  if (style.what === 'rate') return `${name.padEnd(33)}${counts(s.rates, style.exact)}\n`;
  let flags = '';
  if (s.persistent) {
    flags += ` persistent ${s.persistent}`;
    if (s.netmask !== undefined && s.netmask !== 32)
      flags += ` mask ${formatIp({ v: 4, value: (0xffffffff << (32 - s.netmask)) >>> 0 })}`;
  }
  return `${name} ${s.scheduler}${flags}\n`;
}

function serverLine(s: VsService, d: VsServer, style: ListStyle): string {
  const proto = 'fwmark' in s.key ? 6 : s.key.proto;
  const head = `  -> ${endText(d.addr, d.port, proto, style.numeric).padEnd(28)}`;
  const columns = (numbers: readonly number[], widths: readonly number[]): string =>
    `${head} ${numbers.map((n, i) => String(n).padEnd(widths[i] ?? 10)).join(' ')}\n`;
  switch (style.what) {
    case 'stats':
      return `${head}${counts(d.stats, style.exact)}\n`;
    case 'rate':
      return `${head}${counts(d.rates, style.exact)}\n`;
    case 'thresholds':
      return columns([d.upper ?? 0, d.lower ?? 0, d.active, d.inactive], WIDTHS.thresholds);
    case 'persistent':
      return columns([d.weight, d.persistentConns, d.active, d.inactive], WIDTHS.persistent);
    default:
      return `${head} ${d.method.padEnd(7)} ${String(d.weight).padEnd(6)} ${String(d.active).padEnd(10)} ${String(d.inactive).padEnd(10)}\n`;
  }
}

const order = (k: VsKey): readonly number[] =>
  'fwmark' in k ? [k.fwmark, 0, 0, 0] : [0, k.proto, numberOf(k.addr), k.port];

/** Services by mark, protocol, address and port; servers by address and port. */
export function sorted(services: readonly VsService[]): VsService[] {
  const by = (a: readonly number[], b: readonly number[]): number => {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
    return 0;
  };
  return [...services]
    .sort((a, b) => by(order(a.key), order(b.key)))
    .map((s) => ({
      ...s,
      servers: [...s.servers].sort((a, b) => by([numberOf(a.addr), a.port], [numberOf(b.addr), b.port])),
    }));
}

/** The table of -L. */
export function listText(services: readonly VsService[], style: ListStyle): string {
  const rows = services.map((s) => serviceLine(s, style) + s.servers.map((d) => serverLine(s, d, style)).join(''));
  return `IP Virtual Server version 1.2.1 (size=4096)\n${title(style)}${rows.join('')}`;
}

const METHOD = { Masq: '-m', Route: '-g', Tunnel: '-i', Local: '-g' } as const;

/** The lines of -S, which -R reads. */
export function saveText(services: readonly VsService[], numeric: boolean): string {
  let out = '';
  for (const s of services) {
    const name = keyRule(s.key, numeric);
    out += `-A ${name} -s ${s.scheduler}${s.persistent ? ` -p ${s.persistent}` : ''}\n`;
    const proto = 'fwmark' in s.key ? 6 : s.key.proto;
    for (const d of s.servers)
      out += `-a ${name} -r ${endText(d.addr, d.port, proto, numeric)} ${METHOD[d.method]} -w ${d.weight}\n`;
  }
  return out;
}

/** The table of -L -c. */
export function connectionsText(conns: readonly VsConnection[], numeric: boolean): string {
  const rows = conns.map((c) => {
    const proto = c.proto === 0 ? 'IP' : (PROTO[c.proto] ?? String(c.proto));
    const two = (n: number): string => String(n).padStart(2, '0');
    const end = (a: IpAddr, p: number): string => endText(a, p, c.proto, numeric).padEnd(18);
    const time = `${two(Math.floor(c.expires / 60))}:${two(c.expires % 60)}`;
    return `${proto.padEnd(3)} ${time}  ${c.state.padEnd(11)} ${end(c.client, c.clientPort)} ${end(c.virtual, c.virtualPort)} ${endText(c.server, c.serverPort, c.proto, numeric)}\n`;
  });
  return `IPVS connection entries\npro expire state       source             virtual            destination\n${rows.join('')}`;
}
