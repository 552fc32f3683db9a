/**
 * Who is wired to whom: node1 … nodeN and the router on one LAN, one host beyond the router. The LAN is a bridge of
 * the router; a machine's eth0 is a veth whose other end is a port of it.
 */
import { type Prefix, parseMac, parsePrefix } from '../base/ip.ts';
import { isErr } from '../linux/kernel/errno.ts';
import { createKernel, type Machine as KernelMachine } from '../linux/kernel/kernel.ts';
import type { Layer } from '../linux/kernel/machine.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import { MIRROR, MIRROR_NAMES, serveMirror } from './mirror/server.ts';
import { addressOf, EXTERNAL, ROUTER, serveDns, serveEcho, serveHttp } from './outside.ts';

/** The router's LAN bridge. */
const LAN = 'lan';

/** The machines of a topology. */
export interface Topology {
  readonly nodes: readonly KernelMachine[];
  readonly router: KernelMachine;
  readonly external: KernelMachine;
  /** Names that the router's DNS server knows, and their addresses. */
  readonly zone: ReadonlyMap<string, string>;
}

/** IPv4 address of node `n` (from 1) on the LAN. */
export const nodeAddress = (n: number): string => `192.168.56.${10 + n}`;

/**
 * What the engines of the recorded machines were called, as far as recordings tell: an engine's id, or the part of the
 * unique local addresses that comes from it.
 */
export function engineIdentity(node: string): { id?: string; globalId?: bigint } {
  if (node === 'node2') return { id: 'ba07a94a-8c5b-44c9-919a-0416c2c456b1' };
  return node === 'node3' ? { globalId: 0x09a113d985n } : {};
}

const nodeMac = (n: number): string => `52:54:00:38:00:${(0x10 + n).toString(16)}`;

function prefix(text: string): Prefix {
  const p = parsePrefix(text);
  if (!p) throw new Error(`'${text}' is no prefix`);
  return p;
}

function must(result: unknown): void {
  if (isErr(result)) throw new Error(`topology: ${result.text}`);
}

/**
 * Makes `hosts` nodes with `layers` over their base files, wired up and with addresses.
 * @param mirrors whether packages and images can be fetched from beyond the router
 */
export function buildTopology(world: LabWorld, hosts: number, layers: readonly Layer[], mirrors = true): Topology {
  const router = createKernel(world, { hostname: 'router' });
  const external = createKernel(world, { hostname: 'ext' });
  const net = router.net(router.hostNetns);
  must(net.setLink('lo', { up: true }));
  must(net.addBridge(LAN, { mac: parseMac('52:54:00:38:00:01') }));
  must(net.setLink(LAN, { up: true }));
  must(net.addAddr(LAN, prefix(`${ROUTER}/24`)));
  must(router.setSysctl(router.hostNetns, 'net.ipv4.ip_forward', '1'));
  must(router.setSysctl(router.hostNetns, 'net.bridge.bridge-nf-call-iptables', '0'));
  joinExternal(router, external);
  const nodes: KernelMachine[] = [];
  for (let n = 1; n <= hosts; n++) nodes.push(addNode(world, router, n, layers));
  const zone = zoneOf(hosts, mirrors);
  serveOutside(router, external, zone, mirrors);
  return { nodes, router, external, zone };
}

function joinExternal(router: KernelMachine, external: KernelMachine): void {
  const net = router.net(router.hostNetns);
  const far = { name: 'eth0', netns: external.hostNetns, mac: parseMac('52:54:00:71:00:0a') };
  must(net.addVeth('wan', far, { mac: parseMac('52:54:00:71:00:01') }));
  must(net.setLink('wan', { up: true }));
  must(net.addAddr('wan', prefix('203.0.113.1/24')));
  const out = external.net(external.hostNetns);
  must(out.setLink('lo', { up: true }));
  must(out.setLink('eth0', { up: true }));
  must(out.addAddr('eth0', prefix(`${EXTERNAL}/24`)));
  must(out.addAddr('eth0', prefix(`${MIRROR}/24`)));
  must(out.addRoute({ family: 4, via: { v: 4, value: addressOf('203.0.113.1') } }));
}

function addNode(world: LabWorld, router: KernelMachine, n: number, layers: readonly Layer[]): KernelMachine {
  const node = createKernel(world, { hostname: `node${n}`, layers });
  const net = router.net(router.hostNetns);
  const port = `node${n}`;
  must(net.addVeth(port, { name: 'eth0', netns: node.hostNetns, mac: parseMac(nodeMac(n)) }));
  must(net.setLink(port, { up: true, master: LAN }));
  const own = node.net(node.hostNetns);
  must(own.setLink('lo', { up: true }));
  must(own.setLink('eth0', { up: true, txqlen: 1000 }));
  must(own.addAddr('eth0', prefix(`${nodeAddress(n)}/24`)));
  must(own.addRoute({ family: 4, via: { v: 4, value: addressOf(ROUTER) } }));
  return node;
}

/** Adds the port of the LAN that leads out of the lab. @returns its device in the core */
export function addUplink(router: KernelMachine): number {
  const net = router.net(router.hostNetns);
  must(net.addNic('uplink', { mac: parseMac('52:54:00:38:00:02') }));
  must(net.setLink('uplink', { up: true, master: LAN }));
  const device = router.world.net.get(router.hostNetns)?.find('uplink');
  if (!device) throw new Error('topology: there is no uplink');
  return device.dev;
}

function zoneOf(hosts: number, mirrors: boolean): ReadonlyMap<string, string> {
  const names = new Map([
    ['router.lab', ROUTER],
    ['ext.lab', EXTERNAL],
  ]);
  for (let n = 1; n <= hosts; n++) names.set(`node${n}.lab`, nodeAddress(n));
  // where there are none, the registry's name leads to the router, which refuses
  if (mirrors) for (const name of MIRROR_NAMES) names.set(name, MIRROR);
  else names.set('registry-1.docker.io', ROUTER);
  return names;
}

function serveOutside(
  router: KernelMachine,
  external: KernelMachine,
  zone: ReadonlyMap<string, string>,
  mirrors: boolean,
): void {
  void serveDns(router.daemon(['dnsmasq']).sys, zone);
  void serveHttp(external.daemon(['httpd']).sys);
  void serveEcho(external.daemon(['echod']).sys);
  if (mirrors) void serveMirror(external.daemon(['apache2']).sys);
}
