/** `--since` and `--until`. @see moby api/types/time/timestamp.go: GetTimestamp */
import { timestamp } from '../../gotime.ts';
import type { Ctx } from '../context.ts';
import { Failure } from '../failure.ts';
import { parseDuration } from '../flags/gostrconv.ts';

/** A time, a date, unix seconds, or a span before now, as the API takes it (`0` is 1970); undefined for ''. */
export function timeParameter(ctx: Ctx, text: string): string | undefined | Failure {
  if (text === '') return undefined;
  const span = parseDuration(text);
  if ('value' in span && text !== '0') {
    const ns = ctx.sys.realtime() - BigInt(Math.trunc(span.value));
    return String(ns / 1_000_000_000n);
  }
  const time = timestamp(text);
  return 'error' in time ? new Failure(time.error) : time.at;
}
