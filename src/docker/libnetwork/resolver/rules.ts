/**
 * The nat rules of a container's namespace that lead 127.0.0.11:53 to the resolver's sockets, and let its answers come
 * from port 53.
 * @see moby daemon/libnetwork/resolver_unix.go: setupNAT
 */
import { ip4 } from '../../../base/ip.ts';
import type { NetAdmin, NfRule } from '../../../linux/kernel/netadmin.ts';

/** Where containers on networks of their own ask. */
export const RESOLVER = ip4(0x7f00000b);

const OUTPUT = 'DOCKER_OUTPUT';
const POSTROUTING = 'DOCKER_POSTROUTING';
const TCP = 6;
const UDP = 17;

/** Makes chains and rules; each rule at the head of its chain, UDP's first, as the engine does. */
export function setupNat(net: NetAdmin, udpPort: number, tcpPort: number): void {
  const is = <T>(value: T): { value: T; not: boolean } => ({ value, not: false });
  const resolver = is({ addr: RESOLVER, bits: 32 });
  const port = (n: number): { from: number; to: number } => ({ from: n, to: n });
  const insert = (chain: string, rule: NfRule): void => {
    net.nfInsert(4, 'nat', chain, rule, 0);
  };
  for (const chain of [OUTPUT, POSTROUTING]) {
    // An engine before this one may have left it.
    if (net.nfNewChain(4, 'nat', chain)) net.nfFlush(4, 'nat', chain);
    else insert(chain.slice(7), { dst: resolver, modules: [], target: { kind: 'jump', chain } });
  }
  for (const [proto, name, own] of [
    [UDP, 'udp', udpPort],
    [TCP, 'tcp', tcpPort],
  ] as const) {
    insert(OUTPUT, {
      dst: resolver,
      proto: is(proto),
      dport: is(port(53)),
      modules: [name],
      target: { kind: 'DNAT', ip: RESOLVER, ports: port(own) },
    });
    insert(POSTROUTING, {
      src: resolver,
      proto: is(proto),
      sport: is(port(own)),
      modules: [name],
      target: { kind: 'SNAT', ports: port(53) },
    });
  }
}
