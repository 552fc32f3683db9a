/**
 * Published ports of the routing mesh on this machine: what leads them to the sandbox `ingress_sbox`, and what leads
 * them to its port in a task.
 * Limits: IPv4 only, as in the original.
 * @see moby daemon/libnetwork/service_linux.go: initIngressConfiguration, programIngressPorts, addRedirectRules, plumbProxy
 */
import { type IpAddr, ip6, type Prefix } from '../../base/ip.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { DaemonSys, Kernel } from '../../linux/kernel/machine.ts';
import { CT, type NetAdmin, type NfRule } from '../../linux/kernel/netadmin.ts';
import { type Placed, program, remove, restore } from './drivers/bridge/rules.ts';
import { whileAlive } from './task.ts';

const CHAIN = 'DOCKER-INGRESS';
const FORWARD = 'DOCKER-FORWARD';
export const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;
export type IngressProtocol = keyof typeof PROTOCOLS;

/** A port of the mesh. */
export interface IngressPort {
  readonly protocol: IngressProtocol;
  readonly target: number;
  readonly published: number;
}

const ON = { 4: true, 6: false } as const;
const is = <T>(value: T): { value: T; not: boolean } => ({ value, not: false });
const host = (addr: IpAddr): Prefix => ({ addr, bits: 32 });
const range = (port: number): { from: number; to: number } => ({ from: port, to: port });
const jump = (chain: string): NfRule['target'] => ({ kind: 'jump', chain });
const keyOf = (p: IngressPort): string => `${p.published}/${p.protocol}`;
const placed = (table: Placed['table'], chain: string, rule: NfRule, head = true): Placed => ({
  family: 4,
  table,
  chain,
  rule,
  head,
});
const toLocal = (target: NfRule['target']): NfRule => ({
  dstType: is('LOCAL' as const),
  modules: ['addrtype'],
  target,
});

/** Matches one side of a port. */
export const portRule = (
  protocol: IngressProtocol,
  side: 'sport' | 'dport',
  port: number,
  more: Omit<NfRule, 'modules'>,
): NfRule => ({
  proto: is(PROTOCOLS[protocol]),
  [side]: is(range(port)),
  ...more,
  modules: [protocol, ...(more.ctstate ? ['conntrack'] : [])],
});

export class Ingress {
  readonly #kernel: Kernel;
  /** Services that publish a port, and the socket that holds it. */
  readonly #ports = new Map<string, { count: number; release: (() => void) | undefined }>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get #net(): NetAdmin {
    return this.#kernel.net(this.#kernel.hostNetns);
  }

  /** Leads ports to the sandbox. @param gateway its address on docker_gwbridge @param bridge that bridge's device */
  open(daemon: DaemonSys, gateway: IpAddr, bridge: string, ports: readonly IngressPort[]): void {
    this.#prepare(bridge);
    for (const port of ports) {
      const known = this.#ports.get(keyOf(port));
      if (known) known.count++;
      else {
        program(this.#net, rulesOf(gateway, port), ON);
        this.#ports.set(keyOf(port), { count: 1, release: plumb(daemon, port) });
      }
    }
  }

  close(gateway: IpAddr, ports: readonly IngressPort[]): void {
    for (const port of ports) {
      const known = this.#ports.get(keyOf(port));
      if (!known || --known.count > 0) continue;
      this.#ports.delete(keyOf(port));
      remove(this.#net, rulesOf(gateway, port), ON);
      known.release?.();
    }
  }

  /** Chains and jumps, once. */
  #prepare(bridge: string): void {
    const net = this.#net;
    for (const table of ['nat', 'filter'] as const) {
      net.nfNewChain(4, table, CHAIN);
      restore(net, [placed(table, CHAIN, { modules: [], target: { kind: 'RETURN' } }, false)], ON);
    }
    restore(
      net,
      [
        placed('nat', 'OUTPUT', toLocal(jump(CHAIN))),
        placed('nat', 'PREROUTING', toLocal(jump(CHAIN))),
        placed('filter', FORWARD, { modules: [], target: jump(CHAIN) }),
        placed('nat', 'POSTROUTING', {
          srcType: is('LOCAL' as const),
          out: is(bridge),
          modules: ['addrtype'],
          target: { kind: 'MASQUERADE' },
        }),
      ],
      ON,
    );
    this.#kernel.setSysctl(this.#kernel.hostNetns, `net.ipv4.conf.${bridge}.route_localnet`, '1');
  }
}

/** In the order in which each is put at the head of its chain. */
function rulesOf(gateway: IpAddr, { protocol, published }: IngressPort): Placed[] {
  const accept: NfRule['target'] = { kind: 'ACCEPT' };
  const ctstate = is(CT.ESTABLISHED | CT.RELATED);
  return [
    placed(
      'nat',
      CHAIN,
      portRule(protocol, 'dport', published, { target: { kind: 'DNAT', ip: gateway, ports: range(published) } }),
    ),
    placed('filter', CHAIN, portRule(protocol, 'sport', published, { ctstate, target: accept })),
    placed('filter', CHAIN, portRule(protocol, 'dport', published, { target: accept })),
  ];
}

/** Holds the port, so that nobody else takes it; nothing is ever accepted. @returns what lets go of it */
function plumb({ sys }: DaemonSys, { protocol, published }: IngressPort): (() => void) | undefined {
  if (protocol === 'sctp') return undefined;
  const fd = sys.socket('inet6', protocol === 'tcp' ? 'stream' : 'dgram');
  if (isErr(fd)) return undefined;
  if (protocol === 'tcp') sys.setsockopt(fd, 'reuseaddr', 1);
  const bound = sys.bind(fd, { ip: ip6(0n), port: published });
  const heard = isErr(bound) || protocol !== 'tcp' ? bound : sys.listen(fd, 4096);
  if (!isErr(heard)) return () => whileAlive(() => sys.close(fd));
  sys.close(fd);
  return undefined;
}

/** In a task's namespace: published ports become its own, and nothing else of it is open on the mesh. */
export function redirect(net: NetAdmin, address: IpAddr, ports: readonly IngressPort[]): void {
  const accept: NfRule['target'] = { kind: 'ACCEPT' };
  const [dst, src] = [is(host(address)), is(host(address))];
  for (const { protocol, published, target } of ports) {
    const rules: Placed[] = [
      placed(
        'nat',
        'PREROUTING',
        { dst, ...portRule(protocol, 'dport', published, { target: { kind: 'REDIRECT', ports: range(target) } }) },
        false,
      ),
      placed('filter', 'INPUT', {
        dst,
        ...portRule(protocol, 'dport', target, { ctstate: is(CT.NEW | CT.ESTABLISHED), target: accept }),
      }),
      placed('filter', 'OUTPUT', {
        src,
        ...portRule(protocol, 'sport', target, { ctstate: is(CT.ESTABLISHED), target: accept }),
      }),
    ];
    program(net, rules, ON);
  }
  if (ports.length === 0) return;
  for (const proto of [PROTOCOLS.sctp, PROTOCOLS.udp, PROTOCOLS.tcp]) {
    const drop = { proto: is<number>(proto), modules: [], target: { kind: 'DROP' as const } };
    restore(
      net,
      [placed('filter', 'INPUT', { dst, ...drop }, false), placed('filter', 'OUTPUT', { src, ...drop }, false)],
      ON,
    );
  }
}
