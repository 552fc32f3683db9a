import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { MX_PHYSDEV } from '../../wasm/abi.ts';
import { a4, answers, checksumsHold, docker, newCore, ping, text4 } from './world.ts';

/** Name and mask of a port. */
function port(name: string): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 0; i < name.length; i++) out[i] = name.charCodeAt(i);
  out.fill(0xff, 16, 16 + name.length + 1);
  return out;
}

const forward = (
  core: Core,
  ns: number,
  more: { kind: number; p: number; words: Uint8Array | number[]; not?: boolean }[],
) => core.nfRuleAdd(core.nfBuiltin(ns, 4, Table.FILTER, Hook.FORWARD), -1, { more, target: Target.NONE });

test('physdev: the ports of a bridged frame; what is routed has none to go out by', async () => {
  const core = await newCore();
  const { host, web, cli } = docker(core);
  const fits = forward(core, host, [
    { kind: MX_PHYSDEV, p: 0, words: port('v-cli') },
    { kind: MX_PHYSDEV, p: 1, words: port('v-web') },
  ]);
  const back = forward(core, host, [{ kind: MX_PHYSDEV, p: 0, words: port('v-web') }]);
  const bridged = forward(core, host, [{ kind: MX_PHYSDEV, p: 4, words: [] }]);
  const not = forward(core, host, [{ kind: MX_PHYSDEV, p: 4, words: [], not: true }]);
  expect(answers(core, ping(core, cli.ns, '172.17.0.2'))).toContain('172.17.0.2 0');
  const count = (rule: number): number => core.nfRuleCounters(rule)[0];
  expect([fits, back, bridged, not].map(count)).toEqual([1, 1, 2, 0]);
  ping(core, web.ns, '192.168.56.13');
  expect(count(back)).toBe(2);
  expect(count(bridged)).toBe(2);
  expect(count(not)).toBeGreaterThan(0);
});

/** Sends a datagram to a published port and back. @returns who heard whom */
function talk(core: Core, client: number, server: number, to: string): string[] {
  core.sockConnect(client, a4(to), 8080);
  core.sockSend(client, new Uint8Array(7));
  core.run(core.now() + 1e9);
  const got = core.sockRecvFrom(server);
  if (typeof got === 'number') return ['nothing'];
  core.sockSend(server, got.data, got.ip, got.port);
  core.run(core.now() + 1e9);
  const back = core.sockRecvFrom(client);
  return [text4(got.ip), typeof back === 'number' ? 'silence' : `${text4(back.ip)}:${back.port}`];
}

function publishAll(core: Core, host: number, masquerade: boolean): { post: number } {
  const pre = core.nfBuiltin(host, 4, Table.NAT, Hook.PREROUTING);
  const to = { toIp: a4('172.17.0.2'), toPort: [5000, 5000] as const };
  core.nfRuleAdd(pre, -1, { dstType: 1, proto: 17, dport: [8080, 8080], target: Target.DNAT, ...to });
  const chain = core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING);
  const src = { src: a4('172.17.0.2'), srcBits: 32, dst: a4('172.17.0.2'), dstBits: 32, proto: 17 };
  const post = masquerade ? core.nfRuleAdd(chain, -1, { ...src, target: Target.MASQUERADE }) : 0;
  return { post };
}

test('DNAT to another port of the bridge: the frame stays on the bridge, TTL and sender kept', async () => {
  const core = await newCore();
  const { host, web, cli } = docker(core);
  publishAll(core, host, false);
  const server = core.sockOpen(web.ns, SockType.UDP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 5000);
  const cap = core.captureAdd(web.ns, 0, 0);
  const client = core.sockOpen(cli.ns, SockType.UDP, 4, 0);
  // The first finds no neighbour and waits for one; the second goes straight on.
  for (let i = 0; i < 2; i++)
    expect(talk(core, client, server, '172.17.0.1')).toEqual(['172.17.0.3', '172.17.0.1:8080']);
  const seen: string[] = [];
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
    expect(checksumsHold(f.bytes)).toBe(true);
    const b = f.bytes;
    if (b[12] === 8 && b[13] === 0 && b[23] === 17 && b[30] === 172 && b[33] === 2)
      seen.push(`${[...b.subarray(6, 12)].map((x) => x.toString(16).padStart(2, '0')).join('')} ttl ${b[22]}`);
  }
  expect(seen).toEqual(['ea8f60a7bc85 ttl 64', 'ea8f60a7bc85 ttl 64']);
});

test('hairpin: a container reaches itself by its published port when its port reflects', async () => {
  const core = await newCore();
  const { host, web } = docker(core);
  const { post } = publishAll(core, host, true);
  const server = core.sockOpen(web.ns, SockType.UDP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 5000);
  const client = core.sockOpen(web.ns, SockType.UDP, 4, 0);
  expect(talk(core, client, server, '172.17.0.1')).toEqual(['nothing']);
  core.devSet(web.port, 'hairpin', 1);
  expect(talk(core, client, server, '172.17.0.1')).toEqual(['172.17.0.1', '172.17.0.1:8080']);
  expect(core.nfRuleCounters(post)[0]).toBeGreaterThan(0);
});

test('what netfilter put together on the bridge and the machine then forwards leaves in the pieces it came in', async () => {
  const core = await newCore();
  const { host, bridge, web, lan, peer } = docker(core);
  for (const d of [web.eth, web.port, bridge]) core.devSet(d, 'mtu', 1300);
  core.nfRuleAdd(core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING), -1, { target: Target.MASQUERADE });
  const capture = core.captureAdd(lan, peer, 0);
  const s = core.sockOpen(web.ns, SockType.UDP, 4, 17);
  core.sockSet(s, 'mtu_discover', 0);
  core.sockSend(s, new Uint8Array(3000), a4('192.168.56.13'), 9);
  core.run(core.now() + 1e9);
  const sizes: number[] = [];
  for (let f = core.captureRead(capture); f; f = core.captureRead(capture))
    if (f.bytes[23] === 17 && f.bytes[12] === 8 && f.bytes[13] === 0) sizes.push(f.bytes.length - 14);
  expect(sizes).toEqual([1300, 1300, 468]);
});
