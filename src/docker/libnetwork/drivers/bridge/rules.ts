/**
 * The iptables rules of a bridge network, in the order and at the positions in which the engine programs them.
 * @see moby daemon/libnetwork/drivers/bridge/internal/iptabler
 */
import { type IpAddr, isLoopback, type Prefix, parsePrefix } from '../../../../base/ip.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { CT, type NetAdmin, type NfFamily, type NfRule, type NfTable } from '../../../../linux/kernel/netadmin.ts';
import type { Failure } from '../../../errdefs.ts';
import type { LegacyLinks } from '../../driver.ts';
import type { Proto } from '../../portallocator.ts';
import type { Settings } from '../../settings.ts';
import { type Part, refused, type Told } from './command.ts';
import type { BridgeConfig } from './config.ts';

/** A rule and where it goes. */
export interface Placed {
  readonly family: NfFamily;
  readonly table: NfTable;
  readonly chain: string;
  readonly rule: NfRule;
  /** At the head of the chain; else at its end. */
  readonly head?: boolean;
  readonly told?: Told;
}

/** Numbers of IP protocols. */
export const PROTO: Record<Proto, number> = { tcp: 6, udp: 17, sctp: 132 };
const is = <T>(value: T): { value: T; not: boolean } => ({ value, not: false });
const not = <T>(value: T): { value: T; not: boolean } => ({ value, not: true });
const jump = (chain: string): NfRule['target'] => ({ kind: 'jump', chain });
const ACCEPT: NfRule['target'] = { kind: 'ACCEPT' };
const DROP: NfRule['target'] = { kind: 'DROP' };
const RETURN: NfRule['target'] = { kind: 'RETURN' };
const LINK_LOCAL = parsePrefix('fe80::/10') as Prefix;
const host = (ip: IpAddr): Prefix => ({ addr: ip, bits: ip.v === 4 ? 32 : 128 });

/** In the order in which the daemon makes them; DOCKER-USER comes last. */
export const FILTER_CHAINS = [
  'DOCKER',
  'DOCKER-FORWARD',
  'DOCKER-BRIDGE',
  'DOCKER-CT',
  'DOCKER-ISOLATION-STAGE-1',
  'DOCKER-ISOLATION-STAGE-2',
];

/**
 * Puts rules in, until a chain is not there.
 * @param on families whose rules are the engine's business
 */
export function program(net: NetAdmin, rules: readonly Placed[], on: Settings['firewall']): Failure | undefined {
  for (const r of rules)
    if (on[r.family] && isErr(net.nfInsert(r.family, r.table, r.chain, r.rule, r.head ? 0 : undefined)))
      return refused(r);
  return undefined;
}

/** Takes rules out that are there. */
export function remove(net: NetAdmin, rules: readonly Placed[], on: Settings['firewall']): void {
  for (const r of rules) {
    if (!on[r.family]) continue;
    const i = net.nfFind(r.family, r.table, r.chain, r.rule);
    if (i >= 0) net.nfDelete(r.family, r.table, r.chain, i);
  }
}

/** Puts those in that are missing: somebody may have flushed them, or they are there from before. */
export function restore(net: NetAdmin, rules: readonly Placed[], on: Settings['firewall']): Failure | undefined {
  const missing = rules.filter((r) => on[r.family] && net.nfFind(r.family, r.table, r.chain, r.rule) < 0);
  return program(net, missing, on);
}

/** Jumps that the daemon makes when it starts: its own come first in FORWARD. */
export function baseRules(family: NfFamily, proxies: boolean): Placed[] {
  const loopback = parsePrefix(family === 4 ? '127.0.0.0/8' : '::1/128') as Prefix;
  const local = { dstType: is('LOCAL' as const), modules: ['addrtype'], target: jump('DOCKER') };
  const nat = (chain: string, rule: NfRule): Placed => ({ family, table: 'nat', chain, rule });
  const plain = (chain: string, to: string, head = false): Placed => ({
    family,
    table: 'filter',
    chain,
    rule: { modules: [], target: jump(to) },
    head,
  });
  return [
    nat('PREROUTING', local),
    // What the host itself sends to its own addresses; with proxies 127.0.0.0/8 is theirs.
    nat('OUTPUT', proxies ? { dst: not(loopback), ...local } : local),
    plain('FORWARD', 'DOCKER-FORWARD', true),
    plain('DOCKER-FORWARD', 'DOCKER-CT'),
    plain('DOCKER-FORWARD', STAGE_1),
    plain('DOCKER-FORWARD', 'DOCKER-BRIDGE'),
    plain('FORWARD', 'DOCKER-USER', true),
  ];
}

/** Chains and jumps that the daemon makes when it starts; nothing is made twice. */
export function setupBase(net: NetAdmin, { firewall: on, userlandProxy }: Settings): void {
  for (const family of [4, 6] as const) {
    if (!on[family]) continue;
    net.nfNewChain(family, 'nat', 'DOCKER');
    for (const chain of FILTER_CHAINS) net.nfNewChain(family, 'filter', chain);
    const jumps = baseRules(family, userlandProxy);
    const user = jumps.pop() as Placed;
    restore(net, jumps, on);
    // FORWARD is in use by now, and so stands before it.
    net.nfNewChain(family, 'filter', 'DOCKER-USER');
    restore(net, [user], on);
  }
  if (on[4]) net.nfPolicy(4, 'raw', 'PREROUTING', 'ACCEPT');
}

const ruleOf =
  (family: NfFamily) =>
  (table: NfTable, chain: string, r: Omit<NfRule, 'modules'>, head = false): Placed => ({
    family,
    table,
    chain,
    rule: { ...r, modules: r.ctstate ? ['conntrack'] : [] },
    head,
  });

/** Rules of the first part of a network: when one of them cannot be put in, those before it stay. */
export const SETUP = 'Failed to Setup IP tables';

const told = (placed: Placed, what: string, order?: readonly Part[]): Placed => ({
  ...placed,
  told: { what, ...(order ? { order } : {}) },
});

/**
 * Nothing comes in from other networks, and nothing goes there. With IPv6, what stays on the bridge may have addresses
 * of no subnet: those of the link, and multicast.
 */
function internalRules({ bridgeName: br, icc }: BridgeConfig, subnet: Prefix): Placed[] {
  const rule = ruleOf(subnet.addr.v);
  const six = subnet.addr.v === 6;
  const from: NfRule = { dst: not(subnet), in: is(br), ...(six ? { out: not(br) } : {}), modules: [], target: DROP };
  const to: NfRule = { src: not(subnet), ...(six ? { in: not(br) } : {}), out: is(br), modules: [], target: DROP };
  return [
    told(rule('filter', STAGE_1, from, true), `${SETUP}: Unable to enable DROP INCOMING rule`),
    told(rule('filter', STAGE_1, to, true), `${SETUP}: Unable to enable DROP OUTGOING rule`, [
      'in',
      'out',
      'src',
      'target',
    ]),
    told(
      rule('filter', 'DOCKER-FORWARD', { in: is(br), out: is(br), target: icc ? ACCEPT : DROP }),
      `${SETUP}: Unable to ${icc ? 'allow' : 'prevent'} intercontainer communication`,
    ),
  ];
}

const STAGE_1 = 'DOCKER-ISOLATION-STAGE-1';
const ESTABLISHED = is(CT.RELATED | CT.ESTABLISHED);

/** Rule of the first part of a network. */
const setUp = (placed: Placed, what: string, order?: readonly Part[]): Placed =>
  told(placed, `${SETUP}: Unable to ${what}`, order);

const enable = (placed: Placed, what: string, order?: readonly Part[]): Placed =>
  told(placed, `Unable to enable ${what} rule`, order);

/** What a network needs of one family. @param subnet its subnet of that family */
export function networkRules(config: BridgeConfig, subnet: Prefix): Placed[] {
  if (config.internal) return internalRules(config, subnet);
  const family = subnet.addr.v;
  return [...natRules(config, subnet), ...filterRules(config, family), ...isolationRules(config, family)];
}

/** How a network's packets leave the machine, and that its own packets to published ports are left alone or turned. */
function natRules(config: BridgeConfig, subnet: Prefix): Placed[] {
  const br = config.bridgeName;
  const family = subnet.addr.v;
  const rule = ruleOf(family);
  const source = config.hostIp[family];
  const leave: NfRule['target'] = source ? { kind: 'SNAT', ip: source } : { kind: 'MASQUERADE' };
  const out: Placed[] = [];
  if (config.masquerade && config.gatewayMode[family] !== 'routed') {
    const masquerade = rule('nat', 'POSTROUTING', { src: is(subnet), out: not(br), target: leave }, true);
    out.push(setUp(masquerade, 'enable NAT rule', ['src', 'out', 'target']));
  }
  if (config.masquerade && !config.hairpin)
    out.push(setUp(rule('nat', 'DOCKER', { in: is(br), target: RETURN }, true), 'enable SKIP DNAT rule'));
  if (config.hairpin) {
    const local: NfRule = { out: is(br), srcType: is('LOCAL'), modules: ['addrtype'], target: leave };
    out.push(setUp({ ...rule('nat', 'POSTROUTING', {}, true), rule: local }, 'enable MASQ LOCAL HOST rule'));
  }
  return out;
}

/** What a network's containers may send, and what reaches them. */
function filterRules({ bridgeName: br, icc, gatewayMode }: BridgeConfig, family: NfFamily): Placed[] {
  const rule = ruleOf(family);
  const mode = gatewayMode[family];
  const forward = (r: Omit<NfRule, 'modules'>): Placed => rule('filter', 'DOCKER-FORWARD', r);
  const out: Placed[] = [];
  if (!icc) out.push(setUp(forward({ in: is(br), out: is(br), target: DROP }), 'prevent intercontainer communication'));
  if (mode === 'routed') {
    const ping = rule('filter', 'DOCKER', { out: is(br), proto: is(family === 4 ? 1 : 58), target: ACCEPT });
    out.push(setUp(ping, 'enable ICMP rule'));
  }
  out.push(
    icc
      ? setUp(forward({ in: is(br), target: ACCEPT }), 'enable ACCEPT OUTGOING rule')
      : setUp(forward({ in: is(br), out: not(br), target: ACCEPT }), 'enable ACCEPT NON_ICC OUTGOING rule'),
    told(
      rule('filter', 'DOCKER', { in: not(br), out: is(br), target: mode === 'nat-unprotected' ? ACCEPT : DROP }),
      'failed to add default-drop rule: Unable to enable DEFAULT FWD rule',
    ),
    enable(
      rule('filter', 'DOCKER-CT', { out: is(br), ctstate: ESTABLISHED, ctstateModule: 'conntrack', target: ACCEPT }),
      'bridge ct related',
    ),
    enable(rule('filter', 'DOCKER-BRIDGE', { out: is(br), target: jump('DOCKER') }), 'jump to docker'),
  );
  return out;
}

/** Bridges are kept apart; a routed one is reached from others. */
function isolationRules({ bridgeName: br, gatewayMode }: BridgeConfig, family: NfFamily): Placed[] {
  const rule = ruleOf(family);
  const answers: NfRule = { in: is(br), ctstate: ESTABLISHED, ctstateModule: 'conntrack', modules: [], target: ACCEPT };
  const reached = [
    rule('filter', STAGE_1, { out: is(br), target: RETURN }, true),
    rule('filter', STAGE_1, answers, true),
  ];
  return [
    ...(gatewayMode[family] === 'routed' ? reached : []),
    rule('filter', STAGE_1, { in: is(br), out: not(br), target: jump('DOCKER-ISOLATION-STAGE-2') }),
    rule('filter', 'DOCKER-ISOLATION-STAGE-2', { out: is(br), target: DROP }, true),
  ].map((placed) => told(placed, 'add inter-network communication rule'));
}

/** Drops what reaches a container's address other than by its bridge. */
export function directAccessRules(config: BridgeConfig, ip: IpAddr): Placed[] {
  const mode = config.gatewayMode[ip.v];
  if (config.internal || mode === 'routed' || mode === 'nat-unprotected') return [];
  const dst = is(host(ip));
  const rules: NfRule[] = [
    ...config.trusted.map((name) => ({ dst, in: is(name), modules: [], target: ACCEPT })),
    { dst, in: not(config.bridgeName), modules: [], target: DROP },
  ];
  return rules.map((rule) => ({ family: ip.v, table: 'raw', chain: 'PREROUTING', rule }));
}

/**
 * Without ICC, a link lets the parent reach the child's ports, and the child answer.
 * @see moby drivers/bridge/internal/iptabler/link.go
 */
export function linkRules(br: string, parent: IpAddr, child: IpAddr, exposed: LegacyLinks['exposed']): Placed[] {
  return exposed.flatMap(({ proto, port }): Placed[] => {
    const at = is({ from: port, to: port });
    const both = { in: is(br), out: is(br), proto: is(PROTO[proto]), modules: [proto], target: ACCEPT };
    const there: NfRule = { ...both, src: is(host(parent)), dst: is(host(child)), dport: at };
    const back: NfRule = { ...both, src: is(host(child)), dst: is(host(parent)), sport: at };
    return [there, back].map((rule) => ({ family: parent.v, table: 'filter', chain: 'DOCKER', rule }));
  });
}

/** A published port of a container; `hostPort` is 0 when it is opened only. */
interface PortBinding {
  readonly proto: Proto;
  readonly port: number;
  readonly containerIp: IpAddr;
  readonly hostIp: IpAddr;
  readonly hostPort: number;
}

const one = (port: number): NfRule['dport'] => is({ from: port, to: port });

/** A published port whose two sides are of one family: DNAT on the way in, ACCEPT in the forward path, and loopback kept local. */
export function portRules(config: BridgeConfig, binding: PortBinding): Placed[] {
  const { hostIp, containerIp } = binding;
  if (config.internal || hostIp.v !== containerIp.v) return [];
  const opened = config.gatewayMode[hostIp.v] === 'nat-unprotected' ? [] : [openPort(config.bridgeName, binding)];
  return binding.hostPort === 0 ? opened : publishedRules(config, binding, opened);
}

/** Lets packets to the container's own port through. */
function openPort(br: string, { proto, port, containerIp }: PortBinding): Placed {
  const rule: NfRule = {
    dst: is(host(containerIp)),
    in: not(br),
    out: is(br),
    proto: is(PROTO[proto]),
    dport: one(port),
    modules: [proto],
    target: ACCEPT,
  };
  return enable({ family: containerIp.v, table: 'filter', chain: 'DOCKER', rule, head: true }, 'OPEN PORT');
}

/** The host's port leads to the container's. @param opened rules that come between */
function publishedRules(config: BridgeConfig, binding: PortBinding, opened: readonly Placed[]): Placed[] {
  const { proto, port, containerIp, hostIp, hostPort } = binding;
  const family = hostIp.v;
  const any = BigInt(hostIp.value) === 0n;
  const at = { ...(any ? {} : { dst: is(host(hostIp)) }), proto: is(PROTO[proto]), modules: [proto] };
  const dnat: NfRule = {
    ...at,
    ...(family === 6 ? { src: not(LINK_LOCAL) } : {}),
    ...(config.hairpin ? {} : { in: not(config.bridgeName) }),
    dport: one(hostPort),
    target: { kind: 'DNAT', ip: containerIp, ports: { from: port, to: port } },
  };
  const out = [
    enable({ family, table: 'nat', chain: 'DOCKER', rule: dnat }, 'DNAT', [
      'proto',
      'dst',
      'dport',
      'target',
      'in',
      'src',
    ]),
  ];
  if (config.hairpin) {
    const own = is(host(containerIp));
    const turned: NfRule = {
      src: own,
      dst: own,
      proto: is(PROTO[proto]),
      dport: one(port),
      modules: [proto],
      target: { kind: 'MASQUERADE' },
    };
    const order: readonly Part[] = ['proto', 'src', 'dst', 'dport', 'target'];
    out.push(enable({ family, table: 'nat', chain: 'POSTROUTING', rule: turned }, 'MASQUERADE', order));
  }
  out.push(...opened);
  if (family === 4 && isLoopback(hostIp)) {
    const loopback: NfRule = { ...at, in: not('lo'), dport: one(hostPort), target: DROP };
    out.push({ family, table: 'raw', chain: 'PREROUTING', rule: loopback });
  }
  return out;
}
