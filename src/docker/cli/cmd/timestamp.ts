/** `--since` and `--until`. @see moby api/types/time/timestamp.go: GetTimestamp */
import type { Ctx } from '../context.ts';
import { Failure } from '../failure.ts';
import { goQuote, parseDuration } from '../flags/gostrconv.ts';
import { parseTime } from '../formatter/time.ts';

/** A time, a date, unix seconds, or a span before now, as the API takes it (`0` is 1970); undefined for ''. */
export function timeParameter(ctx: Ctx, text: string): string | undefined | Failure {
  if (text === '') return undefined;
  const span = parseDuration(text);
  if ('value' in span && text !== '0') {
    const ns = ctx.sys.realtime() - BigInt(Math.trunc(span.value));
    const seconds = ns / 1_000_000_000n;
    return String(seconds);
  }
  if (/^\d+(\.\d+)?$/.test(text)) {
    const [s = '', ns] = text.split('.');
    return ns === undefined ? s : `${s}.${ns.padEnd(9, '0')}`;
  }
  const full = /^\d{4}-\d\d-\d\d$/.test(text)
    ? `${text}T00:00:00Z`
    : /T\d\d$/.test(text)
      ? `${text}:00:00Z`
      : /T\d\d:\d\d$/.test(text)
        ? `${text}:00Z`
        : text;
  const time = parseTime(full);
  if (!time) return new Failure(`failed to parse value as time or duration: ${goQuote(text)}`);
  return `${time.seconds}.${time.fraction.padEnd(9, '0')}`;
}
