/** GET /containers/{id}/logs. @see moby daemon/logs.go, api/server/httputils/write_log_stream.go */
import { utf8 } from '../../base/http.ts';
import { rfc3339NanoFixed } from '../time.ts';
import type { Container } from './container.ts';
import type { LogLine } from './log.ts';
import { frame, STDOUT } from './stdcopy.ts';

export interface LogOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Lines from the end; undefined: all. */
  readonly tail: number | undefined;
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
}

/** The lines as frames (raw with a terminal). Ends with the log, or with `gone` when it follows. */
export async function* readLogs(
  c: Container,
  options: LogOptions,
  now: () => bigint,
  gone: Promise<void> | undefined,
): AsyncGenerator<Uint8Array> {
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
    if (line && wanted(line)) yield encodeLine(c, line, options.timestamps);
  }
  if (!options.follow) return;
  for (;;) {
    for (; at < log.end; at++) {
      const line = log.at(at);
      if (line && wanted(line)) yield encodeLine(c, line, options.timestamps);
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

function encodeLine(c: Container, line: LogLine, timestamps: boolean): Uint8Array {
  const stamp = timestamps ? utf8(`${rfc3339NanoFixed(line.time)} `) : new Uint8Array(0);
  const out = new Uint8Array(stamp.length + line.bytes.length);
  out.set(stamp);
  out.set(line.bytes, stamp.length);
  return c.config.Tty ? out : frame(line.stream, out);
}
