/** Random settings and policy rules of one host. */
import type { Dice, Draft } from './generate.ts';
import type { PolicySpec } from './topology.ts';
import { PORTS } from './words.ts';

/** How often bridges hand their frames to netfilter. */
const BRIDGE_NF = 0.4;

/** Tables that rules lead to. */
const TABLES = [100, 200, 254];

/** Sysctls: forwarding, the checks of sources, ARP, bridges. */
export function settings(dice: Dice, h: Draft, router: boolean): void {
  const all = (leaf: string, value: string): void => void h.sysctls.push([`ipv4/conf/all/${leaf}`, value]);
  const fresh = (leaf: string, value: string): void => void h.sysctls.push([`ipv4/conf/default/${leaf}`, value]);
  const device = (leaf: string, value: string): void =>
    void h.perDevice.push([`ipv4/conf/${dice.pick(h.devices)}/${leaf}`, value]);
  h.sysctls.push(['ipv4/ip_forward', dice.chance(router ? 0.95 : 0.2) ? '1' : '0']);
  if (h.bridges.length > 0) h.sysctls.push(['bridge/bridge-nf-call-iptables', dice.chance(BRIDGE_NF) ? '1' : '0']);
  if (dice.chance(0.1)) all('route_localnet', '1');
  if (dice.chance(0.08)) device('route_localnet', '1');
  if (dice.chance(0.15)) all('rp_filter', dice.pick(['1', '2']));
  if (dice.chance(0.15)) fresh('rp_filter', dice.pick(['1', '2']));
  if (dice.chance(0.1)) device('rp_filter', dice.pick(['0', '1', '2']));
  if (dice.chance(0.08)) device('accept_local', '1');
  if (dice.chance(0.08)) device('forwarding', dice.pick(['0', '1']));
  if (dice.chance(0.05)) all('bc_forwarding', '1');
  if (dice.chance(0.08)) h.sysctls.push(['ipv4/icmp_errors_use_inbound_ifaddr', '1']);
  if (dice.chance(0.08)) h.sysctls.push(['ipv4/icmp_echo_ignore_all', '1']);
  if (dice.chance(0.1)) h.sysctls.push(['ipv4/ip_default_ttl', dice.pick(['32', '128'])]);
  if (dice.chance(0.1)) device('arp_announce', dice.pick(['1', '2']));
  if (dice.chance(0.1)) device('arp_ignore', dice.pick(['1', '2']));
  if (dice.chance(0.05)) device('arp_filter', '1');
  if (dice.chance(0.15)) {
    device('proxy_arp', '1');
    for (const d of h.devices) h.perDevice.push([`ipv4/neigh/${d}/proxy_delay`, '0']);
  }
}

function address(dice: Dice, hosts: readonly Draft[]): string {
  const a = dice.pick(dice.pick(hosts).addrs);
  return dice.chance(0.5) ? `${a.ip}/32` : dice.pick(dice.pick(hosts.filter((x) => x.subnets.length > 0)).subnets);
}

function rule(dice: Dice, h: Draft, hosts: readonly Draft[], priority: number): PolicySpec {
  const action = dice.pick([
    'lookup',
    'lookup',
    'lookup',
    'lookup',
    'unreachable',
    'prohibit',
    'blackhole',
    'nop',
    'goto',
  ] as const);
  return {
    priority,
    not: dice.chance(0.1),
    ...(dice.chance(0.6) && { from: address(dice, hosts) }),
    ...(dice.chance(0.4) && { to: address(dice, hosts) }),
    ...(dice.chance(0.25) && { iif: dice.pick([...h.devices, 'lo']) }),
    ...(dice.chance(0.05) && { oif: dice.pick(h.devices) }),
    ...(dice.chance(0.1) && { tos: 0x10 }),
    ...(dice.chance(0.1) && { mark: { value: 1, mask: 0xffffffff } }),
    action,
    number: action === 'goto' ? dice.pick([32766, 32767, priority + 3]) : dice.pick(TABLES),
  };
}

/** Rules, and tables for them: copies of some of the host's routes, and routes that forbid. */
export function policy(dice: Dice, h: Draft, hosts: readonly Draft[]): void {
  const count = 1 + dice.below(3);
  for (let k = 0; k < count; k++) h.policy.push(rule(dice, h, hosts, 100 + 10 * k + dice.below(5)));
  for (const r of [...h.routes]) {
    if (dice.chance(0.4)) h.routes.push({ ...r, table: dice.pick([100, 200]) });
    if (dice.chance(0.1)) h.routes.push({ ...r, metric: 5 });
  }
  for (const table of [100, 200]) {
    if (!dice.chance(0.4)) continue;
    const dst = dice.chance(0.3) ? 'default' : dice.pick(dice.pick(hosts.filter((x) => x.subnets.length > 0)).subnets);
    h.routes.push({ type: dice.pick(['throw', 'unreachable', 'blackhole', 'prohibit'] as const), dst, table });
  }
  if (dice.chance(0.3)) h.proxies.push({ dev: dice.pick(h.devices), ip: dice.pick(dice.pick(hosts).addrs).ip });
}

/** Marks of packets that rules ask for. */
export const MARKS = ['1', '2', '3', '0x10'];

/** Rules that ask for marks, and settings that carry marks further. The rules that set them: rules.ts. */
export function marked(dice: Dice, h: Draft, hosts: readonly Draft[]): void {
  const count = 1 + dice.below(3);
  for (let k = 0; k < count; k++) {
    const mark = { value: Number(dice.pick(MARKS)), mask: dice.pick([0xffffffff, 0xffffffff, 0xf, 2]) };
    h.policy.push({ ...rule(dice, h, hosts, 50 + 10 * k + dice.below(5)), mark });
    if (dice.chance(0.5)) {
      const port = dice.pick(PORTS);
      const { mark: _, ...plain } = rule(dice, h, hosts, 55 + 10 * k + dice.below(5));
      const proto = dice.pick(['tcp', 'udp', 'icmp'] as const);
      const ports = proto !== 'icmp' && (dice.chance(0.5) ? { dport: port } : dice.chance(0.5) && { sport: port });
      h.policy.push({ ...plain, proto, ...ports });
    }
  }
  for (const r of [...h.routes]) {
    if (r.table !== undefined || r.metric !== undefined) continue;
    if (dice.chance(0.4)) h.routes.push({ ...r, table: dice.pick([100, 200]) });
  }
  if (dice.chance(0.4)) h.sysctls.push(['ipv4/conf/all/src_valid_mark', '1']);
  if (dice.chance(0.4)) h.sysctls.push(['ipv4/fwmark_reflect', '1']);
  if (dice.chance(0.4)) h.sysctls.push(['ipv4/tcp_fwmark_accept', '1']);
}
