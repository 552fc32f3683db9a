/** `brctl`: bridges. @see bridge-utils brctl/brctl_cmd.c */
import { formatMac } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Link } from '../../kernel/netadmin.ts';
import { portState } from '../bridgeport.ts';
import { type Context, defineProgram } from '../spec.ts';

const byName = (a: Link, b: Link): number => (a.name < b.name ? -1 : 1);

/** Ports of a bridge, in the order in which they came to it. */
const portsOf = (ctx: Context, b: Link): Link[] => ctx.sys.net.links().filter((l) => l.master === b.ifindex);

const hex = (mac: number): string => formatMac(mac).replaceAll(':', '');

function show(ctx: Context, bridges: readonly Link[]): string {
  let out = 'bridge name\tbridge id\t\tSTP enabled\tinterfaces\n';
  for (const b of bridges) {
    const list = portsOf(ctx, b).sort(byName);
    out += `${b.name}\t\t8000.${hex(b.bridge?.id ?? b.mac)}\tno\t\t${list[0]?.name ?? ''}\n`;
    for (const p of list.slice(1)) out += `\t\t\t\t\t\t\t${p.name}\n`;
  }
  return out;
}

function showMacs(ctx: Context, bridge: Link): string {
  const numbered = portsOf(ctx, bridge);
  const rows = ctx.sys.net
    .fdb(bridge.name)
    .filter((e) => e.ifindex !== bridge.ifindex && !e.self)
    .sort((a, b) => a.mac - b.mac)
    .map(
      (e) =>
        `${String(numbered.findIndex((l) => l.ifindex === e.ifindex) + 1).padStart(3)}\t${formatMac(e.mac)}\t${e.local ? 'yes' : 'no'}\t\t${(e.local ? 0 : e.age).toFixed(2).padStart(7)}\n`,
    );
  return `port no\tmac addr\t\tis local?\tageing timer\n${rows.join('')}`;
}

/** STP is off and its timers stand: what is shown are Linux's defaults. @see brctl/brctl_disp.c */
function showStp(ctx: Context, bridge: Link): string {
  const id = `8000.${hex(bridge.bridge?.id ?? bridge.mac)}`;
  const ageing = ((bridge.bridge?.ageingTime ?? 30000) / 100).toFixed(2).padStart(7);
  const ports = portsOf(ctx, bridge).map((p, i) => {
    const port = (0x8001 + i).toString(16);
    const state = portState(p).padStart(15);
    return (
      `${p.name} (${i + 1})\n port id\t\t${port}\t\t\tstate\t\t${state}\n` +
      ` designated root\t${id}\tpath cost\t\t   2\n designated bridge\t${id}\tmessage age timer\t   0.00\n` +
      ` designated port\t${port}\t\t\tforward delay timer\t   0.00\n designated cost\t   0\t\t\thold timer\t\t   0.00\n flags\t\t\t${p.port?.hairpin ? '\n hairpin mode\t\t   1' : ''}\n\n`
    );
  });
  return (
    `${bridge.name}\n bridge id\t\t${id}\n designated root\t${id}\n root port\t\t   0\t\t\tpath cost\t\t   0\n` +
    ' max age\t\t  20.00\t\t\tbridge max age\t\t  20.00\n hello time\t\t   2.00\t\t\tbridge hello time\t   2.00\n' +
    ` forward delay\t\t  15.00\t\t\tbridge forward delay\t  15.00\n ageing time\t\t${ageing}\n` +
    ' hello timer\t\t   0.00\t\t\ttcn timer\t\t   0.00\n topology change timer\t   0.00\t\t\tgc timer\t\t   0.00\n' +
    ` flags\t\t\t\n\n\n${ports.join('')}`
  );
}

/** How many words each command needs after its own, and what the usage says of it. @see brctl/brctl_cmd.c: commands */
const COMMANDS: Readonly<Record<string, readonly [needs: number, help: string]>> = {
  addbr: [1, '<bridge>\t\tadd bridge'],
  delbr: [1, '<bridge>\t\tdelete bridge'],
  addif: [2, '<bridge> <device>\tadd interface to bridge'],
  delif: [2, '<bridge> <device>\tdelete interface from bridge'],
  hairpin: [3, '<bridge> <port> {on|off}\tturn hairpin on/off'],
  setageing: [2, '<bridge> <time>\t\tset ageing time'],
  show: [0, '[ <bridge> ]\t\tshow a list of bridges'],
  showmacs: [1, '<bridge>\t\tshow a list of mac addrs'],
  showstp: [1, '<bridge>\t\tshow bridge stp info'],
};
const USAGE = `Usage: brctl [commands]\ncommands:\n${Object.entries(COMMANDS)
  .map(([name, [, help]]) => `\t${name.padEnd(10)}\t${help}\n`)
  .join('')}`;

async function brctl(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const [verb, br = '', port] = ctx.operands;
  if (verb === undefined) {
    await ctx.err(USAGE);
    return 1;
  }
  const command = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (!command) {
    await ctx.err(`never heard of command [${verb}]\n`);
    await ctx.out(USAGE);
    return 1;
  }
  const [needs, help] = command;
  if (ctx.operands.length - 1 < needs) {
    await ctx.out(`Incorrect number of arguments for command\nUsage: brctl ${verb} ${help}\n`);
    return 1;
  }
  const named = net.link(br);
  const bridge = named?.kind === 'bridge' ? named : undefined;
  const noBridge = (name: string): string =>
    net.link(name) ? `device ${name} is not a bridge!` : `bridge ${name} does not exist!`;
  const complain = async (text: string): Promise<number> => {
    await ctx.err(`${text}\n`);
    return 1;
  };
  switch (verb) {
    case 'show': {
      const asked = ctx.operands.slice(1);
      const missing = asked.find((name) => net.link(name)?.kind !== 'bridge');
      if (missing !== undefined) return complain(noBridge(missing));
      const all = net.links().filter((l) => l.kind === 'bridge');
      const chosen = asked.flatMap((name) => all.filter((l) => l.name === name));
      await ctx.out(show(ctx, asked.length > 0 ? chosen : all.sort(byName)));
      return 0;
    }
    case 'showmacs':
      if (!bridge)
        return complain(`read of forward table failed: ${named ? 'Operation not supported' : 'No such device'}`);
      await ctx.out(showMacs(ctx, bridge));
      return 0;
    case 'showstp':
      if (!bridge) return complain(noBridge(br));
      await ctx.out(showStp(ctx, bridge));
      return 0;
    case 'addbr':
      if (named) return complain(`device ${br} already exists; can't create bridge with the same name`);
      return check(ctx, net.addBridge(br), 'add bridge failed');
    case 'delbr':
      if (!bridge) return complain(`bridge ${br} doesn't exist; can't delete it`);
      if (bridge.up) return complain(`bridge ${br} is still up; can't delete it`);
      return check(ctx, net.delLink(br), `can't delete bridge ${br}`);
    case 'addif':
    case 'delif':
      return changePort(ctx, verb, br, port as string);
    default:
      return changeBridge(ctx, verb, br, port as string);
  }
}

async function changePort(ctx: Context, verb: 'addif' | 'delif', br: string, port: string): Promise<number> {
  const { net } = ctx.sys;
  const [bridge, device] = [net.link(br), net.link(port)];
  const bad = !bridge
    ? `bridge ${br} does not exist!`
    : !device
      ? `interface ${port} does not exist!`
      : verb === 'addif' && device.master !== undefined
        ? `device ${port} is already a member of a bridge; can't add it to bridge ${br}.`
        : verb === 'addif' && device.kind === 'bridge'
          ? `device ${port} is a bridge device itself; can't add a bridge device to a bridge device.`
          : verb === 'delif' && device.master !== bridge.ifindex
            ? `device ${port} is not a port of ${br}`
            : undefined;
  if (bad !== undefined) {
    await ctx.err(`${bad}\n`);
    return 1;
  }
  const done = net.setLink(port, { master: verb === 'addif' ? br : null });
  return check(ctx, done, verb === 'addif' ? `can't add ${port} to bridge ${br}` : `can't delete ${port} from ${br}`);
}

/** `setageing`, `hairpin`. */
async function changeBridge(ctx: Context, verb: string, br: string, arg: string): Promise<number> {
  const { net } = ctx.sys;
  if (verb === 'setageing') {
    const seconds = Number(arg);
    if (Number.isNaN(seconds) || seconds < 0) return ctx.err('bad ageing time value\n').then(() => 1);
    return check(ctx, net.setLink(br, { bridge: { ageingTime: Math.round(seconds * 100) } }), 'set ageing time failed');
  }
  const flag = ctx.operands[3];
  if (flag !== 'on' && flag !== 'off') return ctx.err('expect on/off for argument\n').then(() => 1);
  return check(
    ctx,
    net.setLink(arg, { port: { hairpin: flag === 'on' } }),
    `can't set ${arg} to hairpin on bridge ${br}`,
  );
}

async function check(ctx: Context, e: unknown, message: string): Promise<number> {
  if (!isErr(e)) return 0;
  await ctx.err(`${message}: ${e.text}\n`);
  return 1;
}

/** The `brctl` command. */
export const spec = defineProgram({
  name: 'brctl',
  path: '/usr/sbin/brctl',
  summary: 'Ethernet bridge administration',
  version: 'bridge-utils, 1.7',
  synopsis: [
    'show [BRIDGE]',
    'showmacs BRIDGE',
    'showstp BRIDGE',
    '{addbr|delbr} BRIDGE',
    '{addif|delif} BRIDGE DEVICE',
  ],
  options: [],
  run: brctl,
});
