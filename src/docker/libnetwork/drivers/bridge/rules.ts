/**
 * The iptables rules of a bridge network, in the order and at the positions in which the engine programs them.
 * @see moby daemon/libnetwork/drivers/bridge/internal/iptabler
 */
import { type IpAddr, isLoopback, type Prefix, parsePrefix } from '../../../../base/ip.ts';
import { CT, type NetAdmin, type NfFamily, type NfRule, type NfTable } from '../../../../linux/kernel/netadmin.ts';
import type { LinkedPeer } from '../../driver.ts';
import type { Proto } from '../../portallocator.ts';
import type { Settings } from '../../settings.ts';
import type { BridgeConfig } from './config.ts';

/** A rule and where it goes. */
export interface Placed {
  readonly family: NfFamily;
  readonly table: NfTable;
  readonly chain: string;
  readonly rule: NfRule;
  /** At the head of the chain; else at its end. */
  readonly head?: boolean;
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
const FILTER_CHAINS = [
  'DOCKER',
  'DOCKER-FORWARD',
  'DOCKER-BRIDGE',
  'DOCKER-CT',
  'DOCKER-ISOLATION-STAGE-1',
  'DOCKER-ISOLATION-STAGE-2',
];

/** Puts rules in. @param on families whose rules are the engine's business */
export function program(net: NetAdmin, rules: readonly Placed[], on: Settings['firewall']): void {
  for (const r of rules) if (on[r.family]) net.nfInsert(r.family, r.table, r.chain, r.rule, r.head ? 0 : undefined);
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
export function restore(net: NetAdmin, rules: readonly Placed[], on: Settings['firewall']): void {
  const missing = rules.filter((r) => on[r.family] && net.nfFind(r.family, r.table, r.chain, r.rule) < 0);
  program(net, missing, on);
}

/** What the host itself sends to its own addresses; with proxies 127.0.0.0/8 is theirs. */
function localJump(family: NfFamily, proxies: boolean): Placed {
  const loopback = parsePrefix(family === 4 ? '127.0.0.0/8' : '::1/128') as Prefix;
  const rule: NfRule = {
    ...(proxies ? { dst: not(loopback) } : {}),
    dstType: is('LOCAL'),
    modules: ['addrtype'],
    target: jump('DOCKER'),
  };
  return { family, table: 'nat', chain: 'OUTPUT', rule };
}

/** Chains and jumps that the daemon makes when it starts; nothing is made twice. */
export function setupBase(net: NetAdmin, { firewall: on, userlandProxy }: Settings): void {
  for (const family of [4, 6] as const) {
    if (!on[family]) continue;
    net.nfNewChain(family, 'nat', 'DOCKER');
    for (const chain of FILTER_CHAINS) net.nfNewChain(family, 'filter', chain);
    remove(net, [localJump(family, !userlandProxy)], on);
    const dstType = is('LOCAL' as const);
    const rule = (table: NfTable, chain: string, r: NfRule): Placed => ({ family, table, chain, rule: r });
    const plain = (chain: string, to: string): Placed => rule('filter', chain, { modules: [], target: jump(to) });
    restore(
      net,
      [
        rule('nat', 'PREROUTING', { dstType, modules: ['addrtype'], target: jump('DOCKER') }),
        localJump(family, userlandProxy),
        plain('FORWARD', 'DOCKER-FORWARD'),
        plain('DOCKER-FORWARD', 'DOCKER-CT'),
        plain('DOCKER-FORWARD', 'DOCKER-ISOLATION-STAGE-1'),
        plain('DOCKER-FORWARD', 'DOCKER-BRIDGE'),
      ],
      on,
    );
    net.nfNewChain(family, 'filter', 'DOCKER-USER');
    restore(net, [{ ...plain('FORWARD', 'DOCKER-USER'), head: true }], on);
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
    rule('filter', 'DOCKER-ISOLATION-STAGE-1', from, true),
    rule('filter', 'DOCKER-ISOLATION-STAGE-1', to, true),
    rule('filter', 'DOCKER-FORWARD', { in: is(br), out: is(br), target: icc ? ACCEPT : DROP }),
  ];
}

/** What a network needs of one family. @param subnet its subnet of that family */
export function networkRules(config: BridgeConfig, subnet: Prefix): Placed[] {
  const br = config.bridgeName;
  const family = subnet.addr.v;
  const rule = ruleOf(family);
  if (config.internal) return internalRules(config, subnet);
  const mode = config.gatewayMode[family];
  const routed = mode === 'routed';
  const source = config.hostIp[family];
  const leave: NfRule['target'] = source ? { kind: 'SNAT', ip: source } : { kind: 'MASQUERADE' };
  const established = is(CT.RELATED | CT.ESTABLISHED);
  const stage1 = 'DOCKER-ISOLATION-STAGE-1';
  return [
    ...(config.masquerade
      ? [
          ...(routed ? [] : [rule('nat', 'POSTROUTING', { src: is(subnet), out: not(br), target: leave }, true)]),
          ...(config.hairpin ? [] : [rule('nat', 'DOCKER', { in: is(br), target: RETURN }, true)]),
        ]
      : []),
    ...(config.hairpin
      ? [
          {
            ...rule('nat', 'POSTROUTING', {}, true),
            rule: { out: is(br), srcType: is('LOCAL' as const), modules: ['addrtype'], target: leave },
          },
        ]
      : []),
    ...(config.icc
      ? [rule('filter', 'DOCKER-FORWARD', { in: is(br), target: ACCEPT })]
      : [
          rule('filter', 'DOCKER-FORWARD', { in: is(br), out: is(br), target: DROP }),
          rule('filter', 'DOCKER-FORWARD', { in: is(br), out: not(br), target: ACCEPT }),
        ]),
    ...(routed ? [rule('filter', 'DOCKER', { out: is(br), proto: is(family === 4 ? 1 : 58), target: ACCEPT })] : []),
    rule('filter', 'DOCKER', { in: not(br), out: is(br), target: mode === 'nat-unprotected' ? ACCEPT : DROP }),
    rule('filter', 'DOCKER-CT', { out: is(br), ctstate: established, ctstateModule: 'conntrack', target: ACCEPT }),
    rule('filter', 'DOCKER-BRIDGE', { out: is(br), target: jump('DOCKER') }),
    rule('filter', stage1, { in: is(br), out: not(br), target: jump('DOCKER-ISOLATION-STAGE-2') }),
    rule('filter', 'DOCKER-ISOLATION-STAGE-2', { out: is(br), target: DROP }, true),
    ...(routed
      ? [
          rule('filter', stage1, { out: is(br), target: RETURN }, true),
          rule(
            'filter',
            stage1,
            { in: is(br), ctstate: established, ctstateModule: 'conntrack', target: ACCEPT },
            true,
          ),
        ]
      : []),
  ];
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
export function linkRules(config: BridgeConfig, parent: IpAddr, child: LinkedPeer): Placed[] {
  const br = config.bridgeName;
  return child.ports.flatMap(({ proto, port }): Placed[] => {
    const at = is({ from: port, to: port });
    const both = { in: is(br), out: is(br), proto: is(PROTO[proto]), modules: [proto], target: ACCEPT };
    const there: NfRule = { ...both, src: is(host(parent)), dst: is(host(child.ip)), dport: at };
    const back: NfRule = { ...both, src: is(host(child.ip)), dst: is(host(parent)), sport: at };
    return [there, back].map((rule) => ({ family: parent.v, table: 'filter', chain: 'DOCKER', rule }));
  });
}

/** A published port whose two sides are of one family: DNAT on the way in, ACCEPT in the forward path, and loopback kept local. */
export function portRules(
  config: BridgeConfig,
  binding: { proto: Proto; port: number; containerIp: IpAddr; hostIp: IpAddr; hostPort: number },
): Placed[] {
  const { proto, containerIp, hostIp } = binding;
  if (config.internal || hostIp.v !== containerIp.v) return [];
  const br = config.bridgeName;
  const family = hostIp.v;
  const any = BigInt(hostIp.value) === 0n;
  const at = { ...(any ? {} : { dst: is(host(hostIp)) }), proto: is(PROTO[proto]), modules: [proto] };
  const dport = (port: number): NfRule['dport'] => is({ from: port, to: port });
  const accept: NfRule = {
    dst: is(host(containerIp)),
    in: not(br),
    out: is(br),
    proto: is(PROTO[proto]),
    dport: dport(binding.port),
    modules: [proto],
    target: ACCEPT,
  };
  const forward: Placed = { family, table: 'filter', chain: 'DOCKER', rule: accept, head: true };
  const mode = config.gatewayMode[family];
  const open = mode === 'nat-unprotected' ? [] : [forward];
  if (binding.hostPort === 0) return open;
  const dnat: NfRule = {
    ...at,
    ...(family === 6 ? { src: not(LINK_LOCAL) } : {}),
    ...(config.hairpin ? {} : { in: not(br) }),
    dport: dport(binding.hostPort),
    target: { kind: 'DNAT', ip: containerIp, ports: { from: binding.port, to: binding.port } },
  };
  const loopback: NfRule = { ...at, in: not('lo'), dport: dport(binding.hostPort), target: DROP };
  const own = is(host(containerIp));
  const turned: NfRule = {
    src: own,
    dst: own,
    proto: is(PROTO[proto]),
    dport: dport(binding.port),
    modules: [proto],
    target: { kind: 'MASQUERADE' },
  };
  return [
    { family, table: 'nat', chain: 'DOCKER', rule: dnat },
    ...(config.hairpin ? [{ family, table: 'nat', chain: 'POSTROUTING', rule: turned } as const] : []),
    ...open,
    ...(hostIp.v === 4 && isLoopback(hostIp)
      ? [{ family, table: 'raw', chain: 'PREROUTING', rule: loopback } as const]
      : []),
  ];
}
