/**
 * `tc qdisc`: queueing disciplines of devices. netem and tbf may stand inside each other.
 * Limits: netem, tbf, pfifo and bfifo; of classes only those that the two have, no filters.
 * @see iproute2 tc/tc.c, tc/tc_qdisc.c
 */
import { isErr } from '../../kernel/errno.ts';
import type { Qdisc } from '../../kernel/netadmin.ts';
import { cannotFind, IpError, matches, rtnetlink, Words, wrong } from '../ip/args.ts';
import { type Context, defineProgram } from '../spec.ts';
import { bfifo, pfifo } from './fifo.ts';
import { type QdiscKind, Refusal } from './kind.ts';
import { netem } from './netem.ts';
import { tbf } from './tbf.ts';

const KINDS: Readonly<Record<string, QdiscKind>> = { netem, tbf, pfifo, bfifo };

const USAGE = `Usage:	tc [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { qdisc | class | filter }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -j[son] | -p[retty] | -n[etns] NAME }
`;
const QDISC_USAGE = `Usage: tc qdisc [ add | del | replace | change | show ] dev STRING
       [ handle QHANDLE ] [ root | parent CLASSID ]
       [ [ QDISC_KIND ] [ help | OPTIONS ] ]

       tc qdisc { show | list } [ dev STRING ] [ QDISC_ID ]
Where:
QDISC_KIND := { netem | tbf | pfifo | bfifo }
OPTIONS := ... try tc qdisc add <desired QDISC_KIND> help
QDISC_ID := { root | handle QHANDLE | parent CLASSID }
`;

interface Options {
  stats: boolean;
  details: boolean;
  json: boolean;
  pretty: boolean;
}

/** `1:` or `1:2`, hexadecimal. */
function classId(text: string, what: string): readonly [number, number] {
  const [major = '', minor = ''] = text.split(':');
  const hex = (s: string): number => (s === '' ? 0 : Number(`0x${s}`));
  const bad = Number.isNaN(hex(major)) || Number.isNaN(hex(minor)) || hex(major) > 0xffff || hex(minor) > 0xffff;
  if (bad || (text.indexOf(':') < 0 && what !== 'invalid qdisc ID')) throw wrong(what, text);
  return [hex(major), hex(minor)];
}

interface Place {
  dev?: string;
  parent?: readonly [number, number];
  root: boolean;
  handle?: number;
  kind?: string;
}

/** Reads what comes before the options of a kind. */
function readPlace(w: Words): Place {
  const p: Place = { root: false };
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'dev') p.dev = w.need();
    else if (word === 'handle') p.handle = classId(w.need(), 'invalid qdisc ID')[0];
    else if (word === 'root') p.root = true;
    else if (word === 'parent') {
      const id = w.need();
      if (id === 'root') p.root = true;
      else p.parent = classId(id, 'invalid parent ID');
    } else {
      p.kind = word;
      return p;
    }
  }
  return p;
}

/** Equivalent: tc_qdisc_modify() */
function modify(ctx: Context, how: 'add' | 'change' | 'replace' | 'delete', w: Words): void {
  const { net } = ctx.sys;
  const p = readPlace(w);
  const kind = p.kind === undefined ? undefined : KINDS[p.kind];
  const settings = kind?.parse(w);
  if (p.dev === undefined) throw new IpError('RTNETLINK answers: No such device', 2);
  if (!net.link(p.dev)) throw cannotFind(p.dev);
  if (!p.root && !p.parent)
    throw new IpError(how === 'delete' ? 'Error: Failed to find specified qdisc.' : 'Error: Handle cannot be zero.', 2);
  if (how === 'delete') {
    const e = net.delQdisc(p.dev, p.parent, p.handle ?? 0);
    if (isErr(e)) throw rtnetlink(e);
    return;
  }
  if (!settings) throw new IpError('Error: Specified qdisc kind is unknown.', 2);
  const at = p.parent === undefined ? {} : { parent: p.parent };
  const e = net.setQdisc({ dev: p.dev, ...at, handle: p.handle ?? 0, how, settings });
  if (isErr(e)) throw rtnetlink(e);
}

const hex = (n: number): string => n.toString(16);

/** One discipline as two or three lines. */
function text(q: Qdisc, dev: string | undefined, o: Options): string {
  const kind = q.settings && KINDS[q.settings.kind];
  let s = `qdisc ${q.settings?.kind ?? 'noqueue'} ${hex(q.handle)}: `;
  if (dev !== undefined) s += `dev ${dev} `;
  s += q.parent ? `parent ${hex(q.parent[0])}:${hex(q.parent[1])} ` : 'root ';
  if (q.refcnt !== 1) s += `refcnt ${q.refcnt} `;
  if (kind && q.settings) s += kind.text(q.settings, o.details);
  s += '\n';
  if (o.stats)
    s += ` Sent ${q.bytes} bytes ${q.packets} pkt (dropped ${q.drops}, overlimits ${q.overlimits} requeues ${q.requeues}) \n backlog ${size(q.backlog)} ${q.qlen}p requeues ${q.requeues}\n`;
  return s;
}

/** @see print_size in tc_util.c: print_tcstats2_attr */
function size(bytes: number): string {
  const k = Math.round(bytes / 1024);
  return bytes >= 1024 && Math.abs(k * 1024 - bytes) < 16 ? `${k}Kb` : `${bytes}b`;
}

function json(q: Qdisc, dev: string | undefined, o: Options): Record<string, unknown> {
  const kind = q.settings && KINDS[q.settings.kind];
  return {
    kind: q.settings?.kind ?? 'noqueue',
    handle: `${hex(q.handle)}:`,
    ...(dev !== undefined && { dev }),
    ...(q.parent ? { parent: `${hex(q.parent[0])}:${hex(q.parent[1])}` } : { root: true }),
    ...(q.refcnt !== 1 && { refcnt: q.refcnt }),
    options: kind && q.settings ? kind.json(q.settings) : {},
    ...(o.stats && {
      bytes: q.bytes,
      packets: q.packets,
      drops: q.drops,
      overlimits: q.overlimits,
      requeues: q.requeues,
      backlog: q.backlog,
      qlen: q.qlen,
    }),
  };
}

const print = (value: unknown, o: Options): string => `${JSON.stringify(value, null, o.pretty ? '    ' : undefined)}\n`;

async function show(ctx: Context, w: Words, o: Options): Promise<void> {
  const { net } = ctx.sys;
  const p = readPlace(w);
  if (p.kind === 'help') {
    await ctx.err(QDISC_USAGE);
    return;
  }
  if (p.kind !== undefined && p.kind !== 'invisible')
    throw new IpError(`What is "${p.kind}"? Try "tc qdisc help".`, 255);
  if (p.dev !== undefined && !net.link(p.dev)) throw cannotFind(p.dev);
  const rows = net
    .qdiscs(p.dev)
    .filter((q) => !p.root || q.parent === undefined)
    .filter((q) => !p.parent || (q.parent?.[0] === p.parent[0] && q.parent[1] === p.parent[1]))
    .filter((q) => p.handle === undefined || q.handle === p.handle);
  const dev = (q: Qdisc): string | undefined => (p.dev === undefined ? net.link(q.ifindex)?.name : undefined);
  await ctx.out(
    o.json
      ? print(
          rows.map((q) => json(q, dev(q), o)),
          o,
        )
      : rows.map((q) => text(q, dev(q), o)).join(''),
  );
}

/** Equivalent: do_qdisc() */
async function qdisc(ctx: Context, w: Words, o: Options): Promise<void> {
  const verb = w.take() ?? 'show';
  const change = (['add', 'change', 'replace', 'delete'] as const).find((v) => matches(verb, v));
  if (change) modify(ctx, change, w);
  else if (matches(verb, 'link')) modify(ctx, 'change', w);
  else if (['list', 'show', 'lst'].some((v) => matches(verb, v))) await show(ctx, w, o);
  else if (matches(verb, 'help')) await ctx.err(QDISC_USAGE);
  else throw new IpError(`Command "${verb}" is unknown, try "tc qdisc help".`, 255);
}

/** The class that netem and tbf have. */
async function classes(ctx: Context, w: Words): Promise<void> {
  const p = readPlace(new Words(w.rest().slice(1)));
  const rows = ctx.sys.net.qdiscs(p.dev).filter((q) => q.settings?.kind === 'tbf' || q.settings?.kind === 'netem');
  await ctx.out(rows.map((q) => `class ${q.settings?.kind} ${hex(q.handle)}:1 parent ${hex(q.handle)}: \n`).join(''));
}

/** Reads the options before the object; gives the words after them, or ends with a text. */
function readOptions(args: readonly string[]): { o: Options; words: Words } {
  const o = { stats: false, details: false, json: false, pretty: false };
  let i = 0;
  for (; i < args.length && (args[i] as string).startsWith('-'); i++) {
    const opt = (args[i] as string).startsWith('--') ? (args[i] as string).slice(1) : (args[i] as string);
    if (matches(opt, '-statistics') || matches(opt, '-stats')) o.stats = true;
    else if (matches(opt, '-details')) o.details = true;
    else if (matches(opt, '-json')) o.json = true;
    else if (matches(opt, '-pretty')) o.pretty = true;
    else if (matches(opt, '-Version')) throw new Text('tc utility, iproute2-6.18.0, libbpf 1.6.2\n');
    else if (matches(opt, '-help')) throw new IpError(USAGE.trimEnd(), 255);
    else if (!matches(opt, '-color') && !matches(opt, '-oneline') && !matches(opt, '-iec') && !matches(opt, '-raw'))
      throw new IpError(`Option "${opt}" is unknown, try "tc -help".`, 255);
  }
  return { o, words: new Words(args.slice(i)) };
}

/** Ends with a text on standard output. */
class Text extends Error {}

async function dispatch(ctx: Context): Promise<void> {
  const { o, words } = readOptions(ctx.args);
  const object = words.take();
  if (object === undefined || matches(object, 'help')) await ctx.err(USAGE);
  else if (matches(object, 'qdisc')) await qdisc(ctx, words, o);
  else if (matches(object, 'class')) await classes(ctx, words);
  else if (!matches(object, 'filter')) throw new IpError(`Object "${object}" is unknown, try "tc help".`, 1);
}

/** `tc -n NAME …` is `ip netns exec NAME tc …`. */
function inNetns(args: readonly string[]): string[] | undefined {
  const at = args.findIndex((a) => a === '-n' || a === '-netns' || a === '--netns');
  if (at < 0 || args.slice(0, at).some((a) => !a.startsWith('-'))) return undefined;
  return ['ip', 'netns', 'exec', args[at + 1] ?? '', 'tc', ...args.slice(0, at), ...args.slice(at + 2)];
}

async function run(ctx: Context): Promise<number> {
  const moved = inNetns(ctx.args);
  try {
    if (moved) {
      const { spec: ip } = await import('../ip/ip.ts');
      return await ip.run({ ...ctx, args: moved.slice(1) });
    }
    await dispatch(ctx);
    return 0;
  } catch (e) {
    if (e instanceof Text) {
      await ctx.out(e.message);
      return 0;
    }
    if (e instanceof Refusal) {
      await ctx.err(e.message);
      return 1;
    }
    if (!(e instanceof IpError)) throw e;
    await ctx.err(`${e.message}\n`);
    return e.code;
  }
}

/** Words and options for completion; the grammar is the program's own. */
export const spec = defineProgram({
  name: 'tc',
  path: '/usr/sbin/tc',
  summary: 'show and change traffic control settings',
  order: 'own',
  words: ['qdisc', 'class', 'filter'],
  options: [
    { name: 'statistics', short: 's', shortOnly: true, help: 'counters' },
    { name: 'details', short: 'd', shortOnly: true, help: 'more details' },
    { name: 'json', short: 'j', shortOnly: true, help: 'JSON' },
    { name: 'pretty', short: 'p', shortOnly: true, help: 'JSON with indentation' },
  ],
  run,
});
