/** Two machines with a network across them: on each a bridge with a VXLAN and a container, a wire between the two. */
import type { Core } from '../../linux/core/core.ts';
import { address } from './frame.ts';
import { installRules } from './rules.ts';
import type { Box, Path } from './world.ts';

/** fdbSet: does not age. fdbSet, vfdbSet: make an entry; its state: permanent; vxlanAdd: no checksum outside, as Docker has it. */
const FDB_STATIC = 4;
const FDB_CREATE = 8;
const NUD_PERMANENT = 128;
const VXLAN_NO_CSUM = 16;

export const VNI = 4097;
export const VXLAN_PORT = 4789;
/** The wire's: what a frame of 1500 bytes needs outside. */
export const WIRE_MTU = 1600;

const number = (ip: string): number => ip.split('.').reduce((n, part) => n * 256 + Number(part), 0);

function attach(core: Core, ns: number, dev: number, ip: string, net: string): void {
  core.devSet(dev, 'up', 1);
  core.addrAdd(dev, address(ip), 24);
  core.routeAdd(ns, { table: 254, dst: address(net), bits: 24, dev, scope: 253, metric: 0, type: 1 });
}

/** Builds it. @returns the way from the first container to the second */
export function overlay(core: Core): Path {
  const machines = [1, 2].map((n) => ({ n, ns: core.nsAdd(), ip: `198.51.100.${n}` }));
  const [one, two] = machines as [(typeof machines)[0], (typeof machines)[0]];
  const wires = core.vethAdd(one.ns, 'eth1', 0x525400550001, two.ns, 'eth1', 0x525400550002);
  const boxes = machines.map(({ n, ns, ip }, i): Box & { vxlan: number } => {
    const wire = wires[i] as number;
    core.nsSet(ns, 'ip_forward', 1);
    core.nsSet(ns, 'bridge_nf_call_iptables', 0);
    core.devSet(wire, 'mtu', WIRE_MTU);
    attach(core, ns, wire, ip, '198.51.100.0');
    installRules(core, ns);
    const bridge = core.bridgeAdd(ns, 'ov0', 0x024210000000 + n);
    core.devSet(bridge, 'up', 1);
    const settings = { vni: VNI, remote: 0, local: number(ip), lower: 0, port: VXLAN_PORT, sport: [0, 0] as const };
    const rest = { ttl: 64, tos: 0, df: 0, flags: VXLAN_NO_CSUM, max: 0, ageingNs: 300e9 };
    const vxlan = core.vxlanAdd(ns, 'vx0', 0x024220000000 + n, { ...settings, ...rest });
    const box = core.nsAdd();
    const mac = 0x02420a000000 + n;
    const [port, dev] = core.vethAdd(ns, 'vethov', 0x024230000000 + n, box, 'eth0', mac);
    for (const d of [vxlan, port]) {
      core.devSet(d, 'master', bridge);
      core.devSet(d, 'up', 1);
    }
    attach(core, box, dev, `10.0.9.${n}`, '10.0.9.0');
    return { ns: box, dev, mac, ip: `10.0.9.${n}`, vxlan };
  });
  const [a, b] = boxes as [(typeof boxes)[0], (typeof boxes)[0]];
  const forward = (at: typeof a, mac: number, to: string): number =>
    core.vfdbSet(at.vxlan, { mac, dst: number(to), state: NUD_PERMANENT }, FDB_CREATE);
  if (forward(a, b.mac, two.ip) < 0 || forward(b, a.mac, one.ip) < 0) throw new Error('no entry in the VXLAN');
  // The bridges know where the other container is, as after an answer of its; what it broadcasts does not cross.
  for (const [at, other] of [
    [a, b],
    [b, a],
  ] as const)
    if (core.fdbSet(at.vxlan, other.mac, FDB_STATIC, FDB_CREATE) < 0) throw new Error('no entry in the bridge');
  const hello = core.now() + 1e9;
  core.announce(a.dev, address(a.ip));
  core.announce(b.dev, address(b.ip));
  core.run(hello);
  core.events(() => {});
  return {
    name: 'overlay',
    dev: a.dev,
    from: a,
    to: b,
    dport: 5000,
    ns: b.ns,
    rxDev: b.dev,
    machines: [one.ns, two.ns],
  };
}
