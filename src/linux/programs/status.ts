/** What the machine says of itself: uptime, free, dmesg, mount. @see procps src/, util-linux sys-utils/ */
import { civil } from '../../base/civil.ts';
import { isErr } from '../kernel/errno.ts';
import { meminfo } from './proc.ts';
import { type Context, defineProgram, flag } from './spec.ts';
import { readText } from './stdio.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** Seconds since the machine booted. */
function uptimeSeconds(ctx: Context): number {
  const text = readText(ctx.sys, '/proc/uptime');
  return isErr(text) ? ctx.sys.now() / 1e9 : Number(text.split(' ')[0]);
}

/** The line that uptime, w and top have. */
export function uptimeLine(ctx: Context): string {
  const up = Math.floor(uptimeSeconds(ctx));
  const [days, hours, minutes] = [Math.floor(up / 86400), Math.floor(up / 3600) % 24, Math.floor(up / 60) % 60];
  const now = civil(ctx.sys.realtime());
  const load = readText(ctx.sys, '/proc/loadavg');
  const span = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${hours > 0 ? `${String(hours).padStart(2)}:${two(minutes)}` : `${minutes} min`}`;
  const users = ctx.sys.processes().filter((p) => p.tty !== undefined && p.sid === p.pid).length;
  return ` ${two(now.hour)}:${two(now.minute)}:${two(now.second)} up ${span},  ${users} user${users === 1 ? '' : 's'},  load average: ${(isErr(load) ? '0.00 0.00 0.00' : load).split(' ').slice(0, 3).join(', ')}\n`;
}

/** The `uptime` command. */
export const uptimeSpec = defineProgram({
  name: 'uptime',
  path: '/usr/bin/uptime',
  summary: 'Tell how long the system has been running',
  options: [flag('pretty', 'p', 'show it in words'), flag('since', 's', 'when it booted')],
  async run(ctx) {
    const up = Math.floor(uptimeSeconds(ctx));
    const days = Math.floor(up / 86400);
    const hours = Math.floor(up / 3600) % 24;
    const minutes = Math.floor(up / 60) % 60;
    if (ctx.options.has('pretty')) {
      const parts = [
        [days, 'day'],
        [hours, 'hour'],
        [minutes, 'minute'],
      ] as const;
      const words = parts
        .filter(([n, w]) => n > 0 || (w === 'minute' && up < 60))
        .map(([n, w]) => `${n} ${w}${n === 1 ? '' : 's'}`);
      await ctx.out(`up ${words.join(', ')}\n`);
      return 0;
    }
    if (ctx.options.has('since')) {
      const t = civil(ctx.sys.realtime() - BigInt(up) * 1_000_000_000n);
      await ctx.out(`${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}\n`);
      return 0;
    }
    await ctx.out(uptimeLine(ctx));
    return 0;
  },
});

/** KiB as busybox' make_human_readable_str shows them: `23.5G`, 0 without a unit. */
function shortSize(kb: number): string {
  const units = ['K', 'M', 'G', 'T'];
  let n = kb;
  let i = 0;
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
  return kb === 0 ? '0' : `${n.toFixed(1)}${units[i]}`;
}

/** The `free` command. */
export const freeSpec = defineProgram({
  name: 'free',
  path: '/usr/bin/free',
  summary: 'Display amount of free and used memory',
  options: [
    flag('bytes', 'b', 'in bytes'),
    flag('kibi', 'k', 'in KiB'),
    flag('mebi', 'm', 'in MiB'),
    flag('gibi', 'g', 'in GiB'),
    flag('human', 'h', 'readable units'),
  ],
  async run(ctx) {
    const m = meminfo(ctx.sys);
    const o = ctx.options;
    const show = (kb: number): string => {
      if (o.has('human')) {
        if (ctx.flavour === 'busybox') return shortSize(kb);
        for (const [unit, size] of [
          ['Gi', 1048576],
          ['Mi', 1024],
        ] as const)
          if (kb >= size)
            return kb / size >= 10 ? `${Math.round(kb / size)}${unit}` : `${(kb / size).toFixed(1)}${unit}`;
        return kb === 0 ? '0B' : `${kb}Ki`;
      }
      return String(
        Math.floor(o.has('bytes') ? kb * 1024 : o.has('mebi') ? kb / 1024 : o.has('gibi') ? kb / 1048576 : kb),
      );
    };
    const margin = ctx.flavour === 'busybox' ? 7 : 8;
    const row = (title: string, values: readonly number[]): string =>
      `${title.padEnd(margin)}${values.map((v) => show(v).padStart(12)).join('')}\n`;
    const used = m('MemTotal') - m('MemAvailable');
    await ctx.out(
      `${' '.repeat(margin)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((h) => h.padStart(12)).join('')}\n` +
        row('Mem:', [m('MemTotal'), used, m('MemFree'), m('Shmem'), m('Buffers') + m('Cached'), m('MemAvailable')]) +
        row('Swap:', [m('SwapTotal'), m('SwapTotal') - m('SwapFree'), m('SwapFree')]),
    );
    return 0;
  },
});

/** The `dmesg` command. */
export const dmesgSpec = defineProgram({
  name: 'dmesg',
  path: '/usr/bin/dmesg',
  summary: "Print the kernel's log",
  options: [
    flag('ctime', 'T', 'human-readable times'),
    flag('follow', 'w', 'wait for new messages'),
    flag('level', 'l', 'ignored'),
  ],
  async run(ctx) {
    const fd = ctx.sys.open('/dev/kmsg', { read: true });
    const text = isErr(fd) ? readText(ctx.sys, '/proc/kmsg') : undefined;
    if (isErr(fd) && (text === undefined || isErr(text))) return ctx.fail(`read kernel buffer failed: ${fd.text}`);
    if (typeof text === 'string') {
      await ctx.out(text);
      return 0;
    }
    if (isErr(fd)) return 1;
    ctx.sys.setNonBlocking(fd, !ctx.options.has('follow'));
    for (;;) {
      const b = await ctx.sys.read(fd);
      if (isErr(b) || b.length === 0) return 0;
      await ctx.sys.write(1, b);
    }
  },
});

/** The `mount` command. */
export const mountSpec = defineProgram({
  name: 'mount',
  path: '/usr/bin/mount',
  summary: 'Show mounted file systems',
  options: [
    { name: 'types', short: 't', arg: 'required', metavar: 'TYPE', help: 'only this type' },
    flag('list', 'l', 'list'),
  ],
  async run(ctx) {
    if (ctx.operands.length > 0) {
      if (ctx.flavour === 'busybox') return ctx.fail('permission denied (are you root?)');
      const root = ctx.sys.getuid() === 0;
      const why = root
        ? 'permission denied.\n       dmesg(1) may have more information after failed mount system call.'
        : 'must be superuser to use mount.';
      return ctx.fail(`${ctx.operands.at(-1)}: ${why}`, 32);
    }
    const type = ctx.options.value('types');
    const rows = ctx.sys.mounts().filter((m) => type === undefined || m.type === type);
    await ctx.out(rows.map((m) => `${m.source} on ${m.target} type ${m.type} (${m.options})\n`).join(''));
    return 0;
  },
});
