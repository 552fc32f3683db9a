/**
 * What the kernels hold, as tables: connections, rules with their counters, routes, neighbours, forwarding tables,
 * sockets — of a machine or of a container, read from the same objects as `conntrack`, `iptables`, `ip`, `bridge`, `ss`.
 */
import { formatIp, formatMac, formatPrefix, type IpAddr } from '../../base/ip.ts';
import { getJson } from '../../course/evidence.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import type { CtEntry, CtTuple, NetAdmin, NfFamily, NfTable, Route, SocketInfo } from '../../linux/kernel/netadmin.ts';
import { ruleWords } from '../../linux/programs/iptables/print.ts';
import type { KernelTable, ProcessRow, TableGroup, TableKind, TableRow } from './api.ts';

/** Rows of a table; of more, the first are given and the others counted. */
const MOST = 400;

export class Tables {
  constructor(readonly lab: Lab) {}

  /** @returns undefined when there is no such machine, or the container does not run */
  read(machine: string, container: string | undefined, kind: TableKind): KernelTable | undefined {
    const viewed = this.lab.tap.machines.find((m) => m.name === machine);
    if (!viewed) return undefined;
    const { kernel, dockerd } = viewed;
    const of = [...dockerd.daemon.containers.values()].find((c) => c.name === container);
    const key = container === undefined ? kernel.hostNetns : of?.running?.netns;
    return key === undefined ? undefined : cut(READERS[kind](kernel.net(key), kernel));
  }

  /** The processes of a container, as `docker top` gives them. */
  async processes(machine: string, id: string): Promise<readonly ProcessRow[]> {
    const top = (await getJson(this.lab, machine, `/containers/${id}/top`)) as
      | { Titles: string[]; Processes: string[][] }
      | undefined;
    if (!top) return [];
    const at = (row: string[], title: string): string => row[top.Titles.indexOf(title)] ?? '';
    return top.Processes.map((row) => ({ pid: at(row, 'PID'), user: at(row, 'UID'), command: at(row, 'CMD') }));
  }
}

function cut(table: KernelTable): KernelTable {
  let room = MOST;
  const groups = table.groups.map((g) => {
    const rows = g.rows.slice(0, room);
    room -= rows.length;
    return { ...g, rows };
  });
  const all = table.groups.reduce((n, g) => n + g.rows.length, 0);
  return { ...table, groups, more: Math.max(0, all - MOST) };
}

const READERS: Readonly<Record<TableKind, (net: NetAdmin, kernel: Kernel) => KernelTable>> = {
  conntrack: (net) =>
    one(['proto', 'state', 'original', 'reply', 'nat', 'packets', 'timeout'], net.conntrack().map(conn)),
  rules,
  routes: (net) =>
    one(
      ['destination', 'via', 'device', 'source', 'scope', 'metric'],
      [...net.routes(4), ...net.routes(6)].map((r, i) => route(net, r, i)),
    ),
  neighbours: (net) =>
    one(
      ['address', 'device', 'mac', 'state'],
      net.neighs().map((n) => {
        const device = nameOf(net, n.ifindex);
        const mac = n.mac === undefined ? '' : formatMac(n.mac);
        return row(`${device} ${formatIp(n.ip)}`, formatIp(n.ip), device, mac, n.state);
      }),
    ),
  fdb: (net) =>
    one(
      ['mac', 'device', 'bridge', 'kind', 'age'],
      net.fdb().map((e) => {
        const [device, bridge] = [nameOf(net, e.ifindex), e.master === undefined ? '' : nameOf(net, e.master)];
        const kind = e.permanent ? 'permanent' : e.static ? 'static' : 'learned';
        const age = kind === 'learned' ? `${Math.floor(e.age)} s` : '';
        const to = e.dst ? `${device} → ${formatIp(e.dst)}` : device;
        return row(`${formatMac(e.mac)} ${to} ${e.self}`, formatMac(e.mac), to, bridge, kind, age);
      }),
    ),
  sockets: (net) => one(['proto', 'state', 'local', 'peer', 'process'], net.sockets().map(socket)),
};

const one = (columns: KernelTable['columns'], rows: TableRow[]): KernelTable => ({
  columns,
  groups: [{ title: '', rows }],
  more: 0,
});

const row = (key: string, ...cells: string[]): TableRow => ({ key, cells });

const nameOf = (net: NetAdmin, ifindex: number): string =>
  net.links().find((l) => l.ifindex === ifindex)?.name ?? String(ifindex);

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

function ends(t: CtTuple): string {
  if (t.icmpType !== undefined) return `${formatIp(t.src)} → ${formatIp(t.dst)} id ${t.sport}`;
  return `${end(t.src, t.sport)} → ${end(t.dst, t.dport)}`;
}

const end = (ip: IpAddr, port: number): string =>
  ip.v === 6 ? `[${formatIp(ip)}]:${port}` : `${formatIp(ip)}:${port}`;

/** An answer that does not come from whom the question went to, or not to whom asked, is translated. */
function natOf({ original: o, reply: r }: CtEntry): string {
  const dst = formatIp(o.dst) !== formatIp(r.src) || (o.icmpType === undefined && o.dport !== r.sport);
  const src = formatIp(o.src) !== formatIp(r.dst) || (o.icmpType === undefined && o.sport !== r.dport);
  return [dst ? 'DNAT' : '', src ? 'SNAT' : ''].filter(Boolean).join(' ');
}

function conn(e: CtEntry): TableRow {
  const { proto } = e.original;
  const state = e.tcpState ?? (e.assured ? 'ASSURED' : e.seenReply ? 'REPLIED' : 'UNREPLIED');
  const packets = `${e.origPackets} / ${e.replyPackets}`;
  const name = PROTOCOLS[proto] ?? String(proto);
  return row(String(e.id), name, state, ends(e.original), ends(e.reply), natOf(e), packets, `${e.timeout} s`);
}

const TABLES: readonly NfTable[] = ['raw', 'mangle', 'nat', 'filter', 'security'];
const FAMILIES: readonly NfFamily[] = [4, 6];

/** Tables that somebody has put something into, chain by chain. */
function rules(net: NetAdmin): KernelTable {
  const groups: TableGroup[] = [];
  for (const family of FAMILIES)
    for (const table of TABLES) {
      if (!net.nfTables(family).includes(table)) continue;
      for (const chain of net.nfChains(family, table)) {
        const policy = chain.policy === undefined ? '' : chain.policy;
        if (chain.rules.length === 0 && chain.policy !== 'DROP') continue;
        const where = `${family === 4 ? 'iptables' : 'ip6tables'} ${table} ${chain.name}`;
        const own = chain.rules.map((r, i) =>
          row(`${where} ${r.handle}`, String(i + 1), ruleWords(r.rule), String(r.packets), String(r.bytes)),
        );
        const last = policy && row(`${where} policy`, '', policy, String(chain.packets), String(chain.bytes));
        groups.push({ title: where, rows: last ? [...own, last] : own });
      }
    }
  return { columns: ['number', 'rule', 'packets', 'bytes'], groups, more: 0 };
}

function route(net: NetAdmin, r: Route, i: number): TableRow {
  const dst = r.dst ? formatPrefix(r.dst) : 'default';
  const type = r.type === 'unicast' ? '' : `${r.type} `;
  const hops = r.nexthops?.map((n) => `${n.via ? formatIp(n.via) : ''} ${nameOf(net, n.ifindex)}`).join(', ');
  const device = r.ifindex === undefined ? '' : nameOf(net, r.ifindex);
  const down = r.linkdown ? ' (linkdown)' : '';
  const via = hops ?? (r.via ? formatIp(r.via) : '');
  const metric = r.metric === 0 ? '' : String(r.metric);
  return row(`${i} ${dst} ${device}`, type + dst, via, device + down, r.src ? formatIp(r.src) : '', r.scope, metric);
}

function socket(s: SocketInfo, i: number): TableRow {
  const at = (e: SocketInfo['local']): string => (e.ip ? end(e.ip, e.port) : `*:${e.port}`);
  const users = s.users.map((u) => `${u.comm} (${u.pid})`).join(', ');
  const [local, peer] = [at(s.local), s.peer.port === 0 && !s.peer.ip ? '*' : at(s.peer)];
  return row(`${s.netid} ${local} ${peer} ${i}`, s.netid, s.state, local, peer, users);
}
