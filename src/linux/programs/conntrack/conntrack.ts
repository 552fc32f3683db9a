/** `conntrack`: lists, changes, deletes and watches entries of connection tracking. @see conntrack-tools src/conntrack.c */
import { isErr } from '../../kernel/errno.ts';
import type { CtEntry, CtEvent } from '../../kernel/netadmin.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { processors } from '../proc.ts';
import { type Context, defineProgram, helpText } from '../spec.ts';
import { BadCommand, filterOf, markOf, type Test } from './filter.ts';
import { entryText, eventText, type Shown, tuple } from './text.ts';

const BANNER = 'conntrack v1.4.9 (conntrack-tools)';
const COMMANDS = ['get', 'list', 'count', 'stats', 'update', 'delete', 'flush', 'event'] as const;
const OUTPUTS = ['extended', 'id', 'timestamp', 'ktimestamp', 'labels', 'userspace'];
const EVENTS: Readonly<Record<string, readonly CtEvent['type'][]>> = {
  ALL: ['NEW', 'UPDATE', 'DESTROY'],
  NEW: ['NEW'],
  UPDATES: ['UPDATE'],
  DESTROY: ['DESTROY'],
};
/** Commands that take none of the words that choose. */
const WHOLE = ['flush', 'count', 'stats'];

const sameEntry = (a: CtEntry, b: CtEntry): boolean => tuple(a.original) === tuple(b.original);

function shownOf(ctx: Context): Shown {
  const words = (ctx.options.value('output') ?? '').split(',').filter((w) => w !== '');
  for (const w of words) if (!OUTPUTS.includes(w)) throw new BadCommand(`Bad parameter \`${w}'`);
  return {
    extended: words.includes('extended'),
    id: words.includes('id'),
    timestamp: words.includes('timestamp'),
    counters: ctx.options.has('counters') || ctx.sys.sysctl('net.netfilter.nf_conntrack_acct') === '1',
  };
}

/** How many lines there were. */
const told = (ctx: Context, n: number, what: string): Promise<unknown> => ctx.err(`${BANNER}: ${n} flow ${what}.\n`);

/** Events came faster than they were read. */
const OVERRUN =
  'WARNING: We have hit ENOBUFS! We are losing events.\nThis message means that the current netlink socket buffer size is too small.\nPlease, check --buffer-size in conntrack(8) manpage.\n';

/** Shows what happens until ^C. */
async function watch(ctx: Context, test: Test, shown: Shown): Promise<number> {
  const { sys } = ctx;
  const wanted = (ctx.options.value('event-mask') ?? 'ALL').toUpperCase().split(',');
  const types = wanted.flatMap((w) => EVENTS[w] ?? []);
  const bad = wanted.find((w) => !EVENTS[w]);
  if (bad !== undefined) throw new BadCommand(`Bad parameter \`${bad}'`);
  const events = sys.conntrackEvents();
  if (isErr(events)) return ctx.fail(events.text);
  let stopped = false;
  for (const sig of [SIGNALS.SIGINT, SIGNALS.SIGTERM])
    sys.sigaction(sig, () => {
      stopped = true;
    });
  const began = sys.realtime() - BigInt(Math.floor(sys.now()));
  let n = 0;
  while (!stopped) {
    const e = await events.read();
    if (isErr(e) && e.name === 'ENOBUFS') await ctx.err(OVERRUN);
    if (isErr(e) || !types.includes(e.type) || !test(e.entry)) continue;
    n++;
    await ctx.out(eventText(e, shown, began));
  }
  events.close();
  await told(ctx, n, 'events have been shown');
  return 0;
}

async function change(ctx: Context, test: Test, shown: Shown): Promise<number> {
  const { net } = ctx.sys;
  if (!ctx.options.has('mark')) {
    await told(ctx, 0, 'entries have been updated');
    return 1;
  }
  const { value, mask } = markOf(ctx.options.value('mark') ?? '');
  const done = net.conntrackMark(test, (old) => (old & ~mask) ^ value, { pid: ctx.sys.pid, comm: ctx.name });
  const after = net.conntrack();
  await ctx.out(done.map((e) => entryText(after.find((x) => sameEntry(x, e)) ?? e, shown)).join(''));
  await told(ctx, done.length, 'entries have been updated');
  return done.length > 0 ? 0 : 1;
}

async function remove(ctx: Context, test: Test, shown: Shown): Promise<number> {
  const { net } = ctx.sys;
  const gone = net.conntrack().filter(test);
  net.conntrackDelete(test, { pid: ctx.sys.pid, comm: ctx.name });
  await ctx.out(gone.map((e) => entryText(e, shown)).join(''));
  await told(ctx, gone.length, 'entries have been deleted');
  return gone.length > 0 ? 0 : 1;
}

/** Counters, a line for each processor: the core works for the first, the others have seen nothing. */
function statsText(ctx: Context): string {
  const t = ctx.sys.net.conntrackStats();
  const row = (cpu: number, s: Partial<typeof t>): string =>
    `cpu=${String(cpu).padEnd(4)}\tfound=0 invalid=${s.invalid ?? 0} insert=0 insert_failed=${s.insertFailed ?? 0} drop=${s.drop ?? 0} early_drop=${s.earlyDrop ?? 0} error=0 search_restart=0 clash_resolve=${s.clashResolve ?? 0} chaintoolong=0 \n`;
  return [...Array(processors(ctx.sys)).keys()].map((cpu) => row(cpu, cpu === 0 ? t : {})).join('');
}

async function carryOut(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const o = ctx.options;
  if (o.has('version')) {
    await ctx.out(`${BANNER}\n`);
    return 0;
  }
  const given = COMMANDS.filter((c) => o.has(c));
  if (given.length > 1) throw new BadCommand('Invalid commands combination');
  const command = given[0];
  const type = ctx.operands[0];
  if (type !== undefined && !['conntrack', 'expect', 'dying', 'unconfirmed'].includes(type))
    throw new BadCommand(`unknown type \`${type}'`);
  const test = filterOf(o, command === 'update');
  const shown = shownOf(ctx);
  if (command !== undefined && WHOLE.includes(command) && o.has('proto'))
    throw new BadCommand("Illegal option `--protonum' with this command");
  const none = type !== undefined && type !== 'conntrack';
  switch (command) {
    case 'list': {
      const found = none ? [] : net.conntrack().filter(test);
      await ctx.out(found.map((e) => entryText(e, shown)).join(''));
      if (type === 'expect') await ctx.err(`${BANNER}: 0 expectations have been shown.\n`);
      else await told(ctx, found.length, 'entries have been shown');
      return 0;
    }
    case 'get': {
      const one = net.conntrack().find(test);
      if (!one) {
        await ctx.err(`${BANNER}: Operation failed: such conntrack doesn't exist\n`);
        return 1;
      }
      await ctx.out(entryText(one, shown));
      await told(ctx, 1, 'entries have been shown');
      return 0;
    }
    case 'count':
      await ctx.out(`${none ? 0 : net.conntrack().length}\n`);
      return 0;
    case 'stats':
      await ctx.out(statsText(ctx));
      return 0;
    case 'update':
      return change(ctx, test, shown);
    case 'delete':
      return remove(ctx, test, shown);
    case 'flush':
      net.conntrackDelete(() => true, { pid: ctx.sys.pid, comm: ctx.name });
      await ctx.err(`${BANNER}: connection tracking table has been emptied.\n`);
      return 0;
    case 'event':
      return watch(ctx, test, shown);
    default:
      await ctx.out(helpText(spec));
      return 0;
  }
}

async function run(ctx: Context): Promise<number> {
  try {
    return await carryOut(ctx);
  } catch (e) {
    if (!(e instanceof BadCommand)) throw e;
    const hint = e.hint ? "Try `conntrack -h' or 'conntrack --help' for more information.\n" : '';
    await ctx.err(`${BANNER}: ${e.message}\n${hint}`);
    return 2;
  }
}

const arg = (name: string, short: string | undefined, help: string) =>
  ({ name, short, arg: 'required', metavar: 'ARG', help }) as const;

/** The `conntrack` command. */
export const spec = defineProgram({
  name: 'conntrack',
  path: '/usr/sbin/conntrack',
  summary: 'Show and change connection tracking',
  synopsis: ['[commands] [options]'],
  usageExit: 2,
  badOption: (option) =>
    `${BANNER}: unknown option \`${option}'\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
  version: 'conntrack v1.4.9 (conntrack-tools)',
  options: [
    { name: 'help', short: 'h', help: 'display this help' },
    { name: 'version', short: 'V', help: 'print the version' },
    { name: 'list', short: 'L', help: 'list the table' },
    { name: 'get', short: 'G', help: 'show one entry' },
    { name: 'delete', short: 'D', help: 'delete entries' },
    { name: 'flush', short: 'F', help: 'empty the table' },
    { name: 'count', short: 'C', help: 'show the number of entries' },
    { name: 'update', short: 'U', help: 'change the mark of entries' },
    { name: 'stats', short: 'S', help: 'show counters' },
    { name: 'event', short: 'E', help: 'show what happens' },
    arg('event-mask', 'e', 'NEW, UPDATES or DESTROY'),
    arg('proto', 'p', 'layer 4 protocol'),
    arg('orig-src', 's', 'original source address'),
    arg('orig-dst', 'd', 'original destination address'),
    arg('reply-src', 'r', 'reply source address'),
    arg('reply-dst', 'q', 'reply destination address'),
    arg('family', 'f', 'ipv4 or ipv6'),
    arg('state', undefined, 'TCP state'),
    arg('mark', 'm', 'mark'),
    arg('zone', 'w', 'zone of conntrack'),
    arg('orig-zone', undefined, 'zone of the original direction'),
    arg('reply-zone', undefined, 'zone of the reply'),
    arg('status', 'u', 'ASSURED, SEEN_REPLY or UNREPLIED'),
    { name: 'any-nat', short: 'j', help: 'translated' },
    arg('orig-port-src', undefined, 'original source port'),
    arg('orig-port-dst', undefined, 'original destination port'),
    arg('reply-port-src', undefined, 'source port of the reply'),
    arg('reply-port-dst', undefined, 'destination port of the reply'),
    arg('sport', undefined, 'source port'),
    arg('dport', undefined, 'destination port'),
    arg('output', 'o', 'output format'),
    { name: 'src-nat', short: 'n', help: 'source translated' },
    { name: 'dst-nat', short: 'g', help: 'destination translated' },
    { name: 'counters', help: 'show counters' },
  ],
  run,
});
