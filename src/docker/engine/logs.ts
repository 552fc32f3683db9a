/** GET /containers/{id}/logs. @see moby daemon/logs.go, api/server/httputils/write_log_stream.go */
import { join } from '../../base/bytes.ts';
import { utf8 } from '../../base/http.ts';
import type { Failure } from '../errdefs.ts';
import { parseRfc3339, parseUnix, rfc3339NanoFixed } from '../time.ts';
import type { Container } from './container.ts';
import { errors } from './errors.ts';
import type { LogLine } from './log.ts';
import { logDetails } from './logdetails.ts';
import { flag } from './router.ts';
import { frame, STDOUT } from './stdcopy.ts';

export interface LogOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** With {@link logDetails} before each line. */
  readonly details: boolean;
  /** Lines from the end; undefined: all. */
  readonly tail: number | undefined;
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
}

/** The lines as frames (raw with a terminal). Ends with the log, or with `gone` when it follows. */
export async function* readLogs(...args: Parameters<typeof readLines>): AsyncGenerator<Uint8Array> {
  const [c, options] = args;
  const details = options.details ? logDetails(c) : '';
  for await (const line of readLines(...args)) yield encodeLine(line, options.timestamps, c.config.Tty, details);
}

/** The lines themselves. */
export async function* readLines(
  c: Container,
  options: LogOptions,
  now: () => bigint,
  gone: Promise<void> | undefined,
): AsyncGenerator<LogLine> {
  const { log } = c;
  let left = false;
  void gone?.then(() => {
    left = true;
  });
  const wanted = (l: LogLine): boolean =>
    (l.stream === STDOUT ? options.stdout : options.stderr) &&
    (options.since === undefined || l.time >= options.since) &&
    (options.until === undefined || l.time <= options.until);
  const end = log.end;
  let at = options.tail === undefined ? log.start : tailStart(c, options.tail, wanted);
  for (; at < end; at++) {
    const line = log.at(at);
    if (line && wanted(line)) yield line;
  }
  if (!options.follow) return;
  for (;;) {
    for (; at < log.end; at++) {
      const line = log.at(at);
      if (line && wanted(line)) yield line;
    }
    if (left || !log.writing || (options.until !== undefined && now() > options.until)) return;
    await Promise.race(gone ? [log.changed(), gone] : [log.changed()]);
  }
}

function tailStart(c: Container, tail: number, wanted: (l: LogLine) => boolean): number {
  let at = c.log.end;
  let found = 0;
  while (at > c.log.start && found < tail) {
    at--;
    const line = c.log.at(at);
    if (line && wanted(line)) found++;
  }
  return at;
}

/** @param details that come before the line, with a space */
export function encodeLine(line: LogLine, timestamps: boolean, tty: boolean, details = ''): Uint8Array {
  const head = utf8(`${timestamps ? `${rfc3339NanoFixed(line.time)} ` : ''}${details}`);
  const out = join([head, line.bytes]);
  return tty ? out : frame(line.stream, out);
}

/** What a request asks for. @see moby api/server/router/container: getContainersLogs, api/types/time: GetTimestamp */
export function logOptions(query: URLSearchParams): LogOptions | Failure {
  const stdout = flag(query, 'stdout');
  const stderr = flag(query, 'stderr');
  if (!stdout && !stderr) return errors.noStream;
  const at = (name: string): bigint | undefined => {
    const value = query.get(name);
    if (!value || value === '0') return undefined;
    return parseUnix(value) ?? parseRfc3339(value);
  };
  for (const name of ['since', 'until']) {
    const value = query.get(name);
    if (value && at(name) === undefined && value !== '0') return errors.parseInt(value.split('.')[0] as string);
  }
  const tail = query.get('tail') ?? 'all';
  return {
    stdout,
    stderr,
    follow: flag(query, 'follow'),
    timestamps: flag(query, 'timestamps'),
    details: flag(query, 'details'),
    tail: /^\d+$/.test(tail) ? Number(tail) : undefined,
    since: at('since'),
    until: at('until'),
  };
}
