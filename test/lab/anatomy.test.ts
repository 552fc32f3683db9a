/** Frames taken apart: every byte has its place, and what is said of it is what the dissector reads. */
import { expect, it } from 'vitest';
import { formatIp } from '../../src/base/ip.ts';
import { anatomy } from '../../src/lab/anatomy/anatomy.ts';
import type { Field, Layer } from '../../src/lab/anatomy/layer.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { dissect } from '../../src/linux/core/dissect.ts';
import { MORE } from '../../src/linux/core/summary-more.ts';
import { makeLab } from '../rig.ts';

const names = (layers: readonly Layer[]): string => layers.map((l) => l.name).join(' ');
const fieldOf = (layers: readonly Layer[], layer: Layer['name'], key: Field['key']): Field | undefined =>
  layers.find((l) => l.name === layer)?.fields.find((f) => f.key === key);

/** A lab with traffic of every protocol that the anatomy knows. */
async function busy(): Promise<Lab> {
  const lab = await makeLab();
  lab.tap.watch(MORE);
  await lab.run(
    'node1',
    'docker network create app; docker run -d --net app --name web nginx; docker run --rm --net app alpine wget -qO- web; ' +
      'ping -c 1 203.0.113.10; ping -c 1 fe80::5054:ff:fe38:12%eth0; curl -s -m 1 192.168.56.12:9; dig +short ext.lab; ' +
      'nc -u -w 1 192.168.56.12 9 </dev/null; echo x | nc -u -w 1 192.168.56.12 9; ' +
      'ip link add vx0 type vxlan id 42 remote 192.168.56.12 dstport 4789 dev eth0; ip addr add 10.9.0.1/24 dev vx0; ' +
      'ip link set vx0 up; ping -c 1 -W 1 10.9.0.2',
  );
  return lab;
}

it('gives every byte of every frame to layers in order, and fields to their layers', async () => {
  const lab = await busy();
  const { frames } = lab.tap.kept(0);
  const seen = new Set<string>();
  expect(frames.length).toBeGreaterThan(100);
  for (const { core } of frames) {
    const layers = anatomy(core.bytes);
    seen.add(names(layers));
    let at = 0;
    for (const layer of layers) {
      expect(layer.from).toBe(at);
      at = layer.to;
      for (const f of layer.fields) expect(f.from >= layer.from && f.to <= layer.to && f.to > f.from).toBe(true);
    }
    expect(at).toBe(core.bytes.length);
  }
  for (const stack of [
    'Ethernet ARP',
    'Ethernet IPv4 ICMP data',
    'Ethernet IPv6 ICMPv6 data',
    'Ethernet IPv4 TCP',
    'Ethernet IPv4 TCP HTTP',
    'Ethernet IPv4 TCP HTTP data',
    'Ethernet IPv4 UDP DNS',
    'Ethernet IPv4 ICMP IPv4 UDP data',
    'Ethernet IPv4 UDP VXLAN Ethernet ARP',
  ])
    expect([...seen]).toContain(stack);
});

it('says what the dissector says, and knows that checksums are right', async () => {
  const lab = await busy();
  let sums = 0;
  for (const { core } of lab.tap.kept(0).frames) {
    const layers = anatomy(core.bytes);
    const p = dissect(core.bytes);
    if (p.ip) {
      const v = p.ip.v === 4 ? 'IPv4' : 'IPv6';
      expect(fieldOf(layers, v, 'src')?.value).toBe(formatIp(p.ip.src));
      expect(fieldOf(layers, v, p.ip.v === 4 ? 'ttl' : 'hopLimit')?.value).toBe(String(p.ip.ttl));
    }
    if (p.tcp) expect(fieldOf(layers, 'TCP', 'dstPort')?.value).toBe(String(p.tcp.dport));
    if (p.dns) expect(fieldOf(layers, 'DNS', 'question')?.value).toContain(p.dns.questions[0]?.name);
    for (const layer of layers.slice(0, 3))
      for (const f of layer.fields) {
        if (f.right === undefined) continue;
        sums++;
        expect(`${layer.name} ${f.key} ${f.right}`).toBe(`${layer.name} ${f.key} true`);
      }
  }
  expect(sums).toBeGreaterThan(100);
});

it('sees a wrong checksum, and takes cut frames as far as they go', async () => {
  const lab = await busy();
  const syn = lab.tap.kept(0).frames.find(({ core }) => dissect(core.bytes).tcp?.flags === 2)?.core.bytes;
  if (!syn) throw new Error('no SYN was seen');
  const bent = syn.slice();
  bent[36] = (bent[36] as number) ^ 1;
  expect(fieldOf(anatomy(bent), 'TCP', 'checksum')?.right).toBe(false);
  for (let n = 0; n <= syn.length; n++) {
    const layers = anatomy(syn.subarray(0, n));
    expect(layers.at(-1)?.to ?? 0).toBe(n);
    if (n < syn.length) expect(fieldOf(layers, 'TCP', 'checksum')?.right).toBeUndefined();
  }
});
