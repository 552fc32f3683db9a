/**
 * `nstat`: the namespace's network counters, as increments since it last ran, or absolute.
 * Limits: no interval daemon (-d, -t), no JSON; patterns are shell globs with `*` and `?`.
 * @see iproute2 misc/nstat.c
 */
import { isErr } from '../kernel/errno.ts';
import { defineProgram } from './spec.ts';

/** Where the last values are kept. */
const HISTORY = '/tmp/.nstat.u0';

/** What stands among the counters and is none. */
const SETTINGS: readonly string[] = ['Forwarding', 'DefaultTTL'];

/** Whether a name fits a pattern. */
function fits(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let from = 0;
  while (n < name.length) {
    if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      from = n;
    } else if (star >= 0) {
      p = star + 1;
      n = ++from;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function line(name: string, value: number): string {
  return `${name.padEnd(32)}${String(value).padEnd(16)}${'0.0'.padStart(6)}\n`;
}

/** The `nstat` command. */
export const spec = defineProgram({
  name: 'nstat',
  path: '/usr/sbin/nstat',
  summary: 'Monitor kernel snmp counters and network interface statistics',
  synopsis: ['[ OPTIONS ] [ PATTERN [ PATTERN ... ] ]'],
  usageError: 'usage',
  usageExit: 255,
  version: 'nstat utility, iproute2-6.18.0',
  options: [
    { name: 'ignore', short: 'a', help: 'ignore history' },
    { name: 'noupdate', short: 's', help: "don't update history" },
    { name: 'nooutput', short: 'n', help: 'do history only' },
    { name: 'reset', short: 'r', help: 'reset history' },
    { name: 'zeros', short: 'z', help: 'show entries with zero activity' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const now = new Map<string, number>();
    for (const [group, row] of Object.entries(ctx.sys.net.counters()))
      for (const [name, value] of Object.entries(row)) if (!SETTINGS.includes(name)) now.set(`${group}${name}`, value);
    const kept = o.has('reset') || o.has('ignore') ? '' : ctx.sys.readFile(HISTORY);
    const old = new Map<string, number>();
    if (typeof kept !== 'string' && !isErr(kept))
      for (const l of new TextDecoder().decode(kept).split('\n')) {
        const [name, value] = l.split(' ');
        if (name && value) old.set(name, Number(value));
      }
    if (!o.has('nooutput')) {
      let out = '#kernel\n';
      for (const [name, value] of now) {
        if (ctx.operands.length > 0 && !ctx.operands.some((p) => fits(p, name))) continue;
        // TcpCurrEstab is a gauge
        const shown = name === 'TcpCurrEstab' ? value : value - (old.get(name) ?? 0);
        if (shown !== 0 || o.has('zeros')) out += line(name, shown);
      }
      await ctx.out(out);
    }
    if (!o.has('noupdate')) {
      const text = [...now].map(([name, value]) => `${name} ${value}\n`).join('');
      const wrote = ctx.sys.writeFile(HISTORY, new TextEncoder().encode(text));
      if (isErr(wrote)) return ctx.fail(`${HISTORY}: ${wrote.text}`);
    }
    return 0;
  },
});
