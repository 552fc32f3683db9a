/** How progress is shown, and what is said of warnings and errors. @see docker/buildx commands/build.go: printWarnings; moby/buildkit solver/errdefs/source.go */
import { base64 } from '../../../../base/base64.ts';
import type { Lines, SolveStatus, SourceFile, VertexWarning } from '../../../api/buildkit.ts';
import { rfc3339Nano } from '../../../time.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';
import type { Builder } from '../buildx/builders.ts';
import { PlainDisplay } from './plain.ts';
import { Trace } from './trace.ts';
import { TtyDisplay } from './tty.ts';

/** A way to show progress. */
export interface Display {
  readonly trace: Trace;
  begin(): Promise<void>;
  update(s: SolveStatus): Promise<void>;
  /** The build is over, or it failed. */
  done(): Promise<void>;
}

class Silent implements Display {
  readonly trace = new Trace();
  begin(): Promise<void> {
    return Promise.resolve();
  }
  update(s: SolveStatus): Promise<void> {
    this.trace.update(s);
    return Promise.resolve();
  }
  done(): Promise<void> {
    return Promise.resolve();
  }
}

/** One JSON object for each message. @see moby/buildkit client/graph.go */
class RawDisplay extends Silent {
  constructor(readonly ctx: Ctx) {
    super();
  }

  override async update(s: SolveStatus): Promise<void> {
    await super.update(s);
    await this.ctx.err(`${JSON.stringify(rawOf(s))}\n`);
  }
}

const time = (name: string, t: bigint): Record<string, string> => (t === 0n ? {} : { [name]: rfc3339Nano(t) });
const list = <T>(name: string, items: readonly T[] | undefined, each: (x: T) => unknown): Record<string, unknown> =>
  items?.length ? { [name]: items.map(each) } : {};

function rawOf(s: SolveStatus): unknown {
  return {
    ...list('vertexes', s.vertexes, (v) => ({
      digest: v.digest,
      ...(v.inputs.length > 0 ? { inputs: v.inputs } : {}),
      name: v.name,
      ...time('started', v.started),
      ...time('completed', v.completed),
      ...(v.cached ? { cached: true } : {}),
      ...(v.error === '' ? {} : { error: v.error }),
    })),
    ...list('statuses', s.statuses, (x) => ({
      id: x.id,
      vertex: x.vertex,
      ...(x.total === 0 ? {} : { total: x.total }),
      current: x.current,
      timestamp: rfc3339Nano(x.timestamp),
      ...time('started', x.started),
      ...time('completed', x.completed),
    })),
    ...list('logs', s.logs, (l) => ({
      vertex: l.vertex,
      stream: l.stream,
      data: base64(l.data),
      timestamp: rfc3339Nano(l.timestamp),
    })),
    ...list('warnings', s.warnings, (w) => ({
      vertex: w.vertex,
      level: w.level,
      short: base64(new TextEncoder().encode(w.short)),
      detail: w.detail.map((d) => base64(new TextEncoder().encode(d))),
      url: w.url,
      ...(w.source
        ? {
            sourceInfo: {
              filename: w.source.filename,
              data: base64(new TextEncoder().encode(w.source.data)),
              language: 'Dockerfile',
            },
          }
        : {}),
      range: w.ranges.map(positions),
    })),
  };
}

const positions = ({ start, end }: Lines): unknown => ({ start: { line: start }, end: { line: end } });

/** @param mode `auto`, `plain`, `tty`, `rawjson`, `quiet` @param builder that is to do it */
export function displayFor(ctx: Ctx, mode: string, builder: Builder): Display | Failure {
  const isTerminal = ctx.sys.isatty(2);
  switch (mode) {
    case '':
    case 'auto':
      return isTerminal ? new TtyDisplay(ctx, builder) : new PlainDisplay(ctx, builder);
    case 'tty':
      return isTerminal
        ? new TtyDisplay(ctx, builder)
        : new Failure('ERROR: failed to get console: provided file is not a console');
    case 'plain':
      return new PlainDisplay(ctx, builder);
    case 'rawjson':
      return new RawDisplay(ctx);
    case 'quiet':
      return new Silent();
    default:
      return new Failure(`ERROR: invalid progress mode ${mode}`);
  }
}

/** Lines of a file at fault, and some around them. */
export function excerpt(file: SourceFile, ranges: readonly Lines[]): string {
  const lines = file.data.split('\n');
  if (ranges.length === 0) return '';
  let start = Math.min(...ranges.map((r) => r.start));
  let end = Math.max(...ranges.map((r) => Math.max(r.start, r.end)));
  if (start > lines.length || start < 1) return '';
  end = Math.min(end, lines.length);
  const first = start;
  const pad = end === start ? 4 : 2;
  for (let p = 0; p < pad; p++) {
    if (start > 1) {
      start--;
      p++;
    }
    if (end !== lines.length) {
      end++;
      p++;
    }
  }
  let out = `${file.filename}:${first}\n--------------------\n`;
  for (let n = start; n <= end; n++) {
    const isMarked = ranges.some((r) => r.start <= n && Math.max(r.start, r.end) >= n);
    out += ` ${String(n).padStart(3)} | ${isMarked ? '>>>' : '   '} ${lines[n - 1]}\n`;
  }
  return `${out}--------------------\n`;
}

/** @param isVerbose `docker --debug` */
export function warningsText(warnings: readonly VertexWarning[], isTerminal: boolean, isVerbose: boolean): string {
  if (warnings.length === 0) return '';
  const count = warnings.length === 1 ? '1 warning found' : `${warnings.length} warnings found`;
  const head = `${count}${isVerbose ? '' : ' (use docker --debug to expand)'}:\n`;
  let out = `\n ${isTerminal ? `\x1b[33m${head}\x1b[0m` : head}`;
  for (const w of warnings) {
    out += ` - ${w.short}\n`;
    if (!isVerbose) continue;
    for (const d of w.detail) out += `${d}\n`;
    if (w.url !== '') out += `More info: ${w.url}\n`;
    if (w.source) out += excerpt(w.source, w.ranges);
    out += '\n';
  }
  return out;
}
