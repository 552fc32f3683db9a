/** Sizes and durations as compose files write them. @see docker/go-units RAMInBytes, xhit/go-str2duration */
import { Failure } from '../../cli/failure.ts';
import { parseDuration as parseGoDuration, UNITS } from '../../cli/flags/gostrconv.ts';
import { ramInBytes } from '../../cli/flags/values.ts';

/** `64m`, `1.5gb`, `10MiB` as bytes. */
export function parseBytes(text: string): number | Failure {
  const minus = text.startsWith('-');
  const parsed = ramInBytes(minus ? text.slice(1) : text);
  if ('error' in parsed) return new Failure(`invalid size: '${text}'`);
  return minus ? -parsed.value : parsed.value;
}

const LONG_UNITS = { ...UNITS, d: 86400e9, w: 604800e9 };

/** Nanoseconds; days and weeks count too. */
export function parseDuration(text: string): number | Failure {
  const parsed = parseGoDuration(text, LONG_UNITS);
  return 'error' in parsed ? new Failure(parsed.error) : parsed.value;
}
