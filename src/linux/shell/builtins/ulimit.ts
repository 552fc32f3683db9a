/** The builtin `ulimit`. @see bash(1); dash src/miscbltin.c: ulimitcmd; busybox shell/shell_common.c: shell_builtin_ulimit */
import { isErr } from '../../kernel/errno.ts';
import type { Limit, Resource } from '../../kernel/sys.ts';
import type { Shell } from '../shell.ts';
import { type Builtin, options } from './builtin.ts';

/** A limit as each shell has it: letter, resource, bytes of its unit, and its name and unit in bash, dash and busybox. */
interface Row {
  readonly letter: string;
  readonly resource: Resource | undefined;
  readonly unit: number;
  readonly bash: readonly [name: string, unit: string];
  readonly dash?: string;
  readonly busybox?: string;
}

const row = (
  letter: string,
  resource: Resource | undefined,
  unit: number,
  bash: readonly [string, string],
  dash?: string,
  busybox?: string,
): Row => ({ letter, resource, unit, bash, dash, busybox });

const KIB = 1024;
const ROWS: readonly Row[] = [
  row('R', 'rttime', 1, ['real-time non-blocking time', 'microseconds, ']),
  row('c', 'core', 512, ['core file size', 'blocks, '], 'coredump(blocks)', 'core file size (blocks)'),
  row('d', 'data', KIB, ['data seg size', 'kbytes, '], 'data(kbytes)', 'data seg size (kb)'),
  row('e', 'nice', 1, ['scheduling priority', ''], undefined, 'scheduling priority'),
  row('f', 'fsize', 512, ['file size', 'blocks, '], 'file(blocks)', 'file size (blocks)'),
  row('i', 'sigpending', 1, ['pending signals', ''], undefined, 'pending signals'),
  row('l', 'memlock', KIB, ['max locked memory', 'kbytes, '], 'locked memory(kbytes)', 'max locked memory (kb)'),
  row('m', 'rss', KIB, ['max memory size', 'kbytes, '], 'memory(kbytes)', 'max memory size (kb)'),
  row('n', 'nofile', 1, ['open files', ''], 'nofiles', 'open files'),
  row('p', undefined, 1, ['pipe size', '512 bytes, ']),
  row('q', 'msgqueue', 1, ['POSIX message queues', 'bytes, '], undefined, 'POSIX message queues (bytes)'),
  row('r', 'rtprio', 1, ['real-time priority', ''], 'rtprio', 'real-time priority'),
  row('s', 'stack', KIB, ['stack size', 'kbytes, '], 'stack(kbytes)', 'stack size (kb)'),
  row('t', 'cpu', 1, ['cpu time', 'seconds, '], 'time(seconds)', 'cpu time (seconds)'),
  row('u', 'nproc', 1, ['max user processes', ''], 'process', 'max user processes'),
  row('v', 'as', KIB, ['virtual memory', 'kbytes, '], 'vmemory(kbytes)', 'virtual memory (kb)'),
  row('x', 'locks', 1, ['file locks', ''], 'locks', 'file locks'),
];
/** dash's own order. */
const DASH = 'tfdscmlpnvxr'.split('').map((l) => (l === 'p' ? 'u' : l));

const shownLimit = (sh: Shell, r: Row, which: 'soft' | 'hard'): string => {
  if (r.resource === undefined) return '8';
  const n = sh.sys.getrlimit(r.resource)[which];
  return n === Number.POSITIVE_INFINITY ? 'unlimited' : String(Math.floor(n / r.unit));
};

/** Lines of `ulimit -a`. */
function table(sh: Shell, which: 'soft' | 'hard'): string {
  switch (sh.setup.flavour) {
    case 'bash':
      return ROWS.map((r) => {
        const unit = `(${r.bash[1]}-${r.letter}) `;
        return `${r.bash[0].padEnd(20)} ${unit.padStart(20)}${shownLimit(sh, r, which)}\n`;
      }).join('');
    case 'ash':
      return ROWS.filter((r) => r.busybox)
        .map((r) => `${(r.busybox as string).padEnd(32)}(-${r.letter}) ${shownLimit(sh, r, which)}\n`)
        .join('');
    default:
      return DASH.flatMap((l) => ROWS.find((r) => r.letter === l && r.dash) ?? [])
        .map((r) => `${(r.dash as string).padEnd(20)} ${shownLimit(sh, r, which)}\n`)
        .join('');
  }
}

/** A limit's value; undefined when the word is none. */
function wanted(text: string, r: Row, now: Limit): number | undefined {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  if (text === 'hard') return now.hard;
  if (text === 'soft') return now.soft;
  return /^\d+$/.test(text) ? Number(text) * r.unit : undefined;
}

export const ulimit: Builtin = (sh, args, out) => {
  const o = options(args, `HSa${ROWS.map((r) => r.letter).join('')}`);
  if (o.bad) return out.usage(o.bad, 'ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]');
  const hard = o.flags.has('H');
  const which = hard && !o.flags.has('S') ? 'hard' : 'soft';
  if (o.flags.has('a')) {
    out.print(table(sh, which));
    return 0;
  }
  const letter = [...o.flags.keys()].find((k) => k !== 'H' && k !== 'S') ?? 'f';
  const r = ROWS.find((x) => x.letter === letter) as Row;
  const text = o.rest[0];
  if (text === undefined) {
    out.print(`${shownLimit(sh, r, which)}\n`);
    return 0;
  }
  const bash = sh.setup.flavour === 'bash';
  if (r.resource === undefined) return out.error(`${r.bash[0]}: cannot modify limit: Invalid argument`);
  const now = sh.sys.getrlimit(r.resource);
  const value = wanted(text, r, now);
  if (value === undefined) return bash ? out.error(`${text}: invalid number`) : out.error('bad number', 2);
  const both = hard === o.flags.has('S');
  const next = { soft: both || !hard ? value : now.soft, hard: both || hard ? value : now.hard };
  const set = sh.sys.setrlimit(r.resource, next);
  if (!isErr(set)) return 0;
  return bash
    ? out.error(`${r.bash[0]}: cannot modify limit: ${set.text}`)
    : out.error(`error setting limit (${set.text})`, 2);
};
