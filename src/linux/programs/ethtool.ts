/**
 * `ethtool`: what the driver of a device says of it.
 *
 * Limits: nothing can be set; offloads are those that Linux gives such a device, though the core computes every checksum
 * and cuts every segment itself; there is no XDP, so its counters stay at 0.
 * @see ethtool ethtool.c, netlink/settings.c; Linux drivers/net/veth.c, net/bridge/br_device.c
 */
import { formatMac } from '../../base/ip.ts';
import type { Link } from '../kernel/netadmin.ts';
import { featuresText } from './ethtool-features.ts';
import { processors } from './proc.ts';
import { type Context, defineProgram } from './spec.ts';

/** Driver name and version by kind of device. */
const DRIVERS: Readonly<Record<string, { name: string; version: string; firmware: string; stats: boolean }>> = {
  veth: { name: 'veth', version: '1.0', firmware: '', stats: true },
  bridge: { name: 'bridge', version: '2.3', firmware: 'N/A', stats: false },
  macvlan: { name: 'macvlan', version: '0.1', firmware: '', stats: false },
  ipvlan: { name: 'ipvlan', version: '0.1', firmware: '', stats: false },
  vxlan: { name: 'vxlan', version: '0.1', firmware: '', stats: false },
  vlan: { name: '802.1Q VLAN Support', version: '1.8', firmware: 'N/A', stats: false },
  dummy: { name: 'dummy', version: '1.0', firmware: '', stats: false },
  nic: { name: 'virtio_net', version: '1.0.0', firmware: '', stats: true },
};

async function run(ctx: Context): Promise<number> {
  const { sys, args } = ctx;
  const flags = args.filter((a) => a.startsWith('-'));
  const name = args.find((a) => !a.startsWith('-'));
  const flag = flags[0];
  if (flag === '--version') return ctx.out('ethtool version 6.15\n').then(() => 0);
  if (name === undefined || flags.length > 1) {
    await ctx.err('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n');
    return 1;
  }
  const link = sys.net.link(name);
  return link ? show(ctx, link, flag) : noDevice(ctx, flag);
}

/** Each request is a call of its own, and fails in its own words. */
async function noDevice(ctx: Context, flag: string | undefined): Promise<number> {
  if (flag === '-i' || flag === '--driver') {
    await ctx.err('Cannot get driver information: No such device\n');
    return 71;
  }
  if (flag === '-S' || flag === '--statistics') {
    await ctx.err('Cannot get stats strings information: No such device\n');
    return 96;
  }
  await ctx.err('netlink error: no device matches name (offset 24)\nnetlink error: No such device\n');
  if (flag !== undefined) return 1;
  await ctx.out('No data available\n');
  return 75;
}

async function show(ctx: Context, link: Link, flag: string | undefined): Promise<number> {
  switch (flag) {
    case undefined:
      return print(ctx, settings(link));
    case '-i':
    case '--driver':
      return driver(ctx, link);
    case '-S':
    case '--statistics':
      return statistics(ctx, link);
    case '-P':
    case '--show-permaddr':
      return print(ctx, `Permanent address: ${link.kind === 'nic' ? formatMac(link.mac) : 'not set'}\n`);
    case '-k':
    case '--show-features':
    case '--show-offload':
      return print(ctx, features(link));
    case '-l':
    case '--show-channels':
      return print(ctx, link.kind === 'veth' ? channels(link.name, processors(ctx.sys)) : undefined);
    case '-T':
    case '--show-time-stamping':
      return print(ctx, timeStamping(link.name));
    case '-g':
    case '-a':
    case '-c':
    case '-K':
    case '-s':
    case '-G':
    case '-L':
    case '-C':
      return print(ctx, undefined);
    default:
      await ctx.err('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n');
      return 1;
  }
}

/** @param text undefined: the device has nothing of the kind */
async function print(ctx: Context, text: string | undefined): Promise<number> {
  if (text === undefined) {
    await ctx.err('netlink error: Operation not supported\n');
    return 1;
  }
  await ctx.out(text);
  return 0;
}

function features(l: Link): string | undefined {
  const text = featuresText(l.kind);
  return text && `Features for ${l.name}:\n${text}`;
}

/** A pair of queues is in use, as many as there are processors may be. @see Linux drivers/net/veth.c: veth_get_channels */
const channels = (name: string, most: number): string =>
  `Channel parameters for ${name}:\nPre-set maximums:\nRX:\t\t${most}\nTX:\t\t${most}\nOther:\t\tn/a\nCombined:\tn/a\nCurrent hardware settings:\nRX:\t\t1\nTX:\t\t1\nOther:\t\tn/a\nCombined:\tn/a\n`;

const timeStamping = (name: string): string =>
  `Time stamping parameters for ${name}:\nCapabilities:\n\tsoftware-transmit\n\tsoftware-receive\n\tsoftware-system-clock\nPTP Hardware Clock: none\nHardware Transmit Timestamp Modes: none\nHardware Receive Filter Modes: none\n`;

function settings(l: Link): string {
  const yes = l.carrier && l.up ? 'yes' : 'no';
  const head = `Settings for ${l.name}:\n`;
  if (l.kind === 'loopback' || l.kind === 'dummy') return `${head}\tLink detected: ${yes}\n`;
  const copper = l.kind === 'veth';
  const speed = copper || (l.kind === 'bridge' && l.carrier) ? '10000Mb/s' : 'Unknown!';
  const duplex = copper ? 'Full' : 'Unknown! (255)';
  return (
    `${head}\tSupported ports: [  ]\n\tSupported link modes:   Not reported\n\tSupported pause frame use: No\n` +
    '\tSupports auto-negotiation: No\n\tSupported FEC modes: Not reported\n\tAdvertised link modes:  Not reported\n' +
    '\tAdvertised pause frame use: No\n\tAdvertised auto-negotiation: No\n\tAdvertised FEC modes: Not reported\n' +
    `\tSpeed: ${speed}\n\tDuplex: ${duplex}\n\tAuto-negotiation: off\n` +
    `\tPort: ${copper ? 'Twisted Pair\n\tPHYAD: 0' : 'Other\n\tPHYAD: 0'}\n\tTransceiver: internal\n${copper ? '\tMDI-X: Unknown\n' : ''}\tLink detected: ${yes}\n`
  );
}

async function driver(ctx: Context, l: Link): Promise<number> {
  const d = DRIVERS[l.kind];
  if (!d) {
    await ctx.err('Cannot get driver information: Operation not supported\n');
    return 71;
  }
  await ctx.out(
    `driver: ${d.name}\nversion: ${d.version}\nfirmware-version: ${d.firmware}\nexpansion-rom-version: \nbus-info: ${d.firmware}\n` +
      `supports-statistics: ${d.stats ? 'yes' : 'no'}\nsupports-test: no\nsupports-eeprom-access: no\nsupports-register-dump: no\nsupports-priv-flags: no\n`,
  );
  return 0;
}

async function statistics(ctx: Context, l: Link): Promise<number> {
  if (l.kind !== 'veth') {
    await ctx.err('no stats available\n');
    return 94;
  }
  const rx = ['xdp_packets', 'xdp_bytes', 'drops', 'xdp_redirect', 'xdp_drops', 'xdp_tx', 'xdp_tx_errors'];
  const queues = [...rx.map((n) => `rx_queue_0_${n}`), 'tx_queue_0_xdp_xmit', 'tx_queue_0_xdp_xmit_errors'];
  await ctx.out(
    `NIC statistics:\n     peer_ifindex: ${l.peerIfindex ?? 0}\n${queues.map((n) => `     ${n}: 0\n`).join('')}`,
  );
  return 0;
}

/** The `ethtool` command. */
export const spec = defineProgram({
  name: 'ethtool',
  path: '/usr/sbin/ethtool',
  summary: 'Display or change Ethernet device settings',
  order: 'own',
  options: [
    { name: 'driver', short: 'i', help: 'show the driver' },
    { name: 'statistics', short: 'S', help: 'show the statistics of the driver' },
    { name: 'show-permaddr', short: 'P', help: 'show the permanent address' },
  ],
  run,
});
