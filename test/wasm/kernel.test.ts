/** What the comparison with a real kernel (test/differential) taught: one test for each lesson. */
import { describe, expect, it } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { IP4_RATEMASK } from '../../wasm/abi.ts';
import { a4, docker, machine, newCore } from './world.ts';

/** A raw socket that sees what a protocol of a machine is given. */
function tap(core: Core, ns: number, proto: number) {
  const s = core.sockOpen(ns, SockType.RAW, 4, proto);
  return (): Uint8Array[] => {
    const out: Uint8Array[] = [];
    for (let d = core.sockRecvFrom(s); typeof d !== 'number'; d = core.sockRecvFrom(s)) out.push(d.data);
    return out;
  };
}

function udp(core: Core, ns: number, to: string, port = 9): number {
  const s = core.sockOpen(ns, SockType.UDP, 4, 0);
  return core.sockSend(s, new Uint8Array(4), a4(to), port);
}

const from = (p: Uint8Array): string => p.subarray(12, 16).join('.');

describe('source addresses', () => {
  it('what is only in the prefix of loopback is spoken to by its first address', async () => {
    const core = await newCore();
    const ns = machine(core);
    const seen = tap(core, ns, 17);
    udp(core, ns, '127.1.2.3');
    expect(seen().map(from)).toEqual(['127.0.0.1']);
  });

  it('a secondary address is spoken to by its primary one', async () => {
    const core = await newCore();
    const { host, eth0 } = docker(core);
    core.addrAdd(eth0, a4('192.168.56.77'), 24);
    const seen = tap(core, host, 17);
    udp(core, host, '192.168.56.77');
    expect(seen().map(from)).toEqual(['192.168.56.11']);
  });

  it('masquerading on loopback takes an address that others know', async () => {
    const core = await newCore();
    const { host } = docker(core);
    core.nfRuleAdd(core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING), -1, { target: Target.MASQUERADE });
    const seen = tap(core, host, 17);
    udp(core, host, '127.0.0.1');
    expect(seen().map(from)).toEqual(['192.168.56.11']);
  });
});

describe('loopback’s addresses', () => {
  it('do not leave the machine: an answer from one to elsewhere is not sent', async () => {
    const core = await newCore();
    const { host } = docker(core);
    const snat = core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING);
    core.nfRuleAdd(snat, -1, { out: 'lo', target: Target.SNAT, toIp: a4('172.17.0.9') });
    const seen = tap(core, host, 1);
    udp(core, host, '127.0.0.1');
    expect(seen()).toEqual([]);
  });
});

describe('ICMP errors', () => {
  it('belong to the connection of what they answer: NAT is undone in them', async () => {
    const core = await newCore();
    const { host, cli } = docker(core);
    const nat = core.nfBuiltin(host, 4, Table.NAT, Hook.PREROUTING);
    core.nfRuleAdd(nat, -1, { target: Target.DNAT, toIp: a4('203.0.113.9'), dst: a4('198.51.100.7'), dstBits: 32 });
    const related = core.nfBuiltin(host, 4, Table.FILTER, Hook.OUTPUT);
    const rule = core.nfRuleAdd(related, -1, { ctstate: 8, target: Target.ACCEPT });
    const seen = tap(core, cli.ns, 1);
    udp(core, cli.ns, '198.51.100.7');
    const [error] = seen();
    expect(error && from(error)).toBe('198.51.100.7');
    expect(error?.subarray(20 + 8 + 16, 20 + 8 + 20).join('.')).toBe('198.51.100.7');
    expect(core.nfRuleCounters(rule)[0]).toBe(1);
  });

  it('tell a sender of a missing route five times at once, then once a second', async () => {
    const core = await newCore();
    const { host, cli } = docker(core);
    core.ip4Set(host, IP4_RATEMASK, 0);
    const seen = tap(core, cli.ns, 1);
    for (let k = 0; k < 9; k++) udp(core, cli.ns, '203.0.113.9');
    expect(seen().map((p) => [p[20], p[21]])).toEqual(Array(5).fill([3, 0]));
    core.run(core.now() + 1.5e9);
    for (let k = 0; k < 3; k++) udp(core, cli.ns, '203.0.113.9');
    expect(seen()).toHaveLength(1);
  });

  it('share the budget of missing routes with icmp_ratelimit: two at once, as a kernel sends', async () => {
    const core = await newCore();
    const { cli } = docker(core);
    const seen = tap(core, cli.ns, 1);
    for (let k = 0; k < 9; k++) udp(core, cli.ns, '203.0.113.9');
    expect(seen().map((p) => [p[20], p[21]])).toEqual(Array(2).fill([3, 0]));
    core.run(core.now() + 1.5e9);
    for (let k = 0; k < 3; k++) udp(core, cli.ns, '203.0.113.9');
    expect(seen()).toHaveLength(0);
  });

  it('are not sent about a message of ICMP that a rule rejects on its way out', async () => {
    const core = await newCore();
    const { host, cli } = docker(core);
    const out = core.nfBuiltin(host, 4, Table.FILTER, Hook.OUTPUT);
    core.nfRuleAdd(out, -1, { proto: 1, target: Target.REJECT, value: 3, mask: 3 });
    const seen = tap(core, host, 1);
    const ping = core.sockOpen(cli.ns, SockType.RAW, 4, 1);
    core.sockSend(ping, Uint8Array.of(8, 0, 0xf7, 0xfe, 0, 1, 0, 0), a4('172.17.0.1'), 0);
    expect(seen().map((p) => p[20])).toEqual([8]);
  });
});

describe('TCP', () => {
  it('a reset of REJECT has don’t-fragment set', async () => {
    const core = await newCore();
    const { host, cli } = docker(core);
    const input = core.nfBuiltin(host, 4, Table.FILTER, Hook.INPUT);
    core.nfRuleAdd(input, -1, { proto: 6, target: Target.REJECT, value: 255 });
    const seen = tap(core, cli.ns, 6);
    core.sockConnect(core.sockOpen(cli.ns, SockType.TCP, 4, 0), a4('172.17.0.1'), 80);
    const [reset] = seen();
    expect(reset?.[33]).toBe(0x14);
    expect((reset?.[6] ?? 0) & 0x40).toBe(0x40);
  });

  it('a reset of REJECT passes the nat rules that its connection has not passed yet', async () => {
    const core = await newCore();
    const { host, cli } = docker(core);
    // With bridge netfilter it would go back by the bridge's port, past all hooks.
    core.nsSet(host, 'bridge_nf_call_iptables', 0);
    const input = core.nfBuiltin(host, 4, Table.FILTER, Hook.INPUT);
    // connections are tracked once a rule asks for their state
    core.nfRuleAdd(input, -1, { ctstate: 2, target: Target.NONE });
    core.nfRuleAdd(input, -1, { proto: 6, target: Target.REJECT, value: 255 });
    const post = core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING);
    const rule = core.nfRuleAdd(post, -1, { target: Target.NONE });
    core.sockConnect(core.sockOpen(cli.ns, SockType.TCP, 4, 0), a4('172.17.0.1'), 80);
    expect(core.nfRuleCounters(rule)[0]).toBe(1);
  });

  it('connects to no broadcast or multicast address', async () => {
    const core = await newCore();
    const { host } = docker(core);
    for (const to of ['172.17.255.255', '224.0.0.1'])
      expect(core.sockConnect(core.sockOpen(host, SockType.TCP, 4, 0), a4(to), 80)).toBe(-101);
  });

  it('a SYN that a rule drops on its way out is sent again, and connect(2) does not fail', async () => {
    const core = await newCore();
    const { host } = docker(core);
    const out = core.nfBuiltin(host, 4, Table.FILTER, Hook.OUTPUT);
    const rule = core.nfRuleAdd(out, -1, { proto: 6, target: Target.DROP });
    expect(core.sockConnect(core.sockOpen(host, SockType.TCP, 4, 0), a4('172.17.0.2'), 80)).toBe(-115);
    core.run(core.now() + 1.5e9);
    expect(core.nfRuleCounters(rule)[0]).toBe(2);
  });
});

describe('destination NAT of own packets', () => {
  const redirect = (core: Core, host: number): void => {
    const nat = core.nfBuiltin(host, 4, Table.NAT, Hook.OUTPUT);
    core.nfRuleAdd(nat, -1, { dst: a4('127.0.0.1'), dstBits: 32, target: Target.DNAT, toIp: a4('172.17.0.2') });
  };

  it('does not let 127.0.0.1 out of the machine, before the filter sees it', async () => {
    const core = await newCore();
    const { host } = docker(core);
    redirect(core, host);
    const rule = core.nfRuleAdd(core.nfBuiltin(host, 4, Table.FILTER, Hook.OUTPUT), -1, { target: Target.ACCEPT });
    expect(udp(core, host, '127.0.0.1')).toBe(-22);
    expect(core.nfRuleCounters(rule)[0]).toBe(0);
  });

  it('does with route_localnet', async () => {
    const core = await newCore();
    const { host } = docker(core);
    core.nsSet(host, 'route_localnet', 1);
    redirect(core, host);
    expect(udp(core, host, '127.0.0.1')).toBe(4);
  });
});
