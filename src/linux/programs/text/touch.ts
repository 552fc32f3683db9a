/** touch: makes empty files, or sets when they were changed. @see coreutils src/touch.c, lib/posixtm.c */
import { civil, daysFromCivil } from '../../../base/civil.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { parseDate } from './date.ts';
import { epoch } from './mtime.ts';
import { fault } from './wording.ts';

/** The `touch` command. */
export const spec = defineProgram({
  name: 'touch',
  path: '/usr/bin/touch',
  summary: 'Set the time of files; make those that are not there',
  synopsis: ['[OPTION]... FILE...'],
  version: 'touch (GNU coreutils) 9.7',
  options: [
    { name: 'no-create', short: 'c', help: 'make no files' },
    { name: 'a', short: 'a', shortOnly: true, help: 'only the access time' },
    { name: 'm', short: 'm', shortOnly: true, help: 'only the time of change' },
    { name: 'date', short: 'd', arg: 'required', metavar: 'STRING', help: 'the time STRING tells, not now' },
    { name: 'reference', short: 'r', arg: 'required', metavar: 'FILE', help: 'the time of FILE, not now' },
    {
      name: 'stamp',
      short: 't',
      shortOnly: true,
      arg: 'required',
      metavar: '[[CC]YY]MMDDhhmm[.ss]',
      help: 'this time',
    },
  ],
  async run(ctx) {
    const time = wanted(ctx);
    if (typeof time === 'string') return ctx.fail(time);
    if (ctx.operands.length === 0) {
      await ctx.fail('missing file operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    const given = ['date', 'reference', 'stamp'].some((o) => ctx.options.has(o));
    let exit = 0;
    for (const path of ctx.operands) {
      const there = !isErr(ctx.sys.stat(path));
      if (!there) {
        if (ctx.options.has('no-create')) continue;
        const fd = ctx.sys.open(path, { write: true, create: true });
        if (isErr(fd)) {
          exit = await fault(ctx, `cannot touch '${path}': ${fd.text}`, `${path}: ${fd.text}`);
          continue;
        }
        ctx.sys.close(fd);
      }
      if (there || given) {
        const set = ctx.sys.utimes(path, time);
        if (isErr(set)) exit = await fault(ctx, `setting times of '${path}': ${set.text}`, `${path}: ${set.text}`);
      }
    }
    return exit;
  },
});

/** The time to set on the monotonic clock, or what is wrong with the options. */
function wanted(ctx: Context): number | string {
  const { sys, options } = ctx;
  const date = options.value('date');
  const reference = options.value('reference');
  const stamp = options.value('stamp');
  if (stamp !== undefined && (date !== undefined || reference !== undefined))
    return 'cannot specify times from more than one source';
  if (reference !== undefined) {
    const st = sys.stat(reference);
    if (isErr(st)) return `failed to get attributes of '${reference}': ${st.text}`;
    if (date === undefined) return st.mtime;
  }
  const text = date ?? stamp;
  if (text === undefined) return sys.now();
  const wall = date !== undefined ? parseDate(date, sys.realtime()) : parseStamp(text, sys.realtime());
  return wall === undefined ? `invalid date format '${text}'` : Number(wall - epoch(sys));
}

/** `[[CC]YY]MMDDhhmm[.ss]` as ns since 1970; two digits of a year from 69 are of the last century. */
function parseStamp(s: string, now: bigint): bigint | undefined {
  const m = /^(?:(\d\d)?(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(s);
  if (!m) return undefined;
  const [century, yy, month, day, hour, minute, second] = m.slice(1).map((x) => (x === undefined ? undefined : +x));
  const [mo, d, h, mi, sec] = [month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0];
  const year = yy === undefined ? civil(now).year : (century ?? (yy < 69 ? 20 : 19)) * 100 + yy;
  if (mo < 1 || mo > 12 || h > 23 || mi > 59 || sec > 60) return undefined;
  const days = daysFromCivil(year, mo, d);
  const back = civil(BigInt(days) * 86_400_000_000_000n);
  if (back.month !== mo || back.day !== d) return undefined;
  return BigInt(days * 86400 + h * 3600 + mi * 60 + sec) * 1_000_000_000n;
}
