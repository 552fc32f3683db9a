/** What BuildKit has told so far of a build. @see moby/buildkit util/progress/progressui/display.go: trace */
import { text } from '../../../../base/http.ts';
import type { SolveStatus, Vertex, VertexStatus, VertexWarning } from '../../../api/buildkit.ts';

/** One step as it is shown. */
export class Shown {
  vertex: Vertex;
  readonly statuses: VertexStatus[] = [];
  /** Ids of parts that something new is known of. */
  readonly news = new Set<string>();
  /** Lines of output that were not printed yet, with their times. */
  lines: string[] = [];
  /** All of them. */
  readonly log: string[] = [];
  readonly warnings: VertexWarning[] = [];
  #partial = '';

  constructor(
    vertex: Vertex,
    readonly index: number,
  ) {
    this.vertex = vertex;
  }

  status(s: VertexStatus): void {
    const at = this.statuses.findIndex((x) => x.id === s.id);
    if (at < 0) this.statuses.push(s);
    else this.statuses[at] = s;
    this.news.add(s.id);
  }

  output(data: Uint8Array, timestamp: bigint): void {
    const parts = (this.#partial + text(data)).split('\n');
    this.#partial = parts.pop() as string;
    for (const p of parts) this.#line(p, timestamp);
  }

  /** A last line without its end. */
  flush(timestamp: bigint): void {
    if (this.#partial !== '') this.#line(this.#partial, timestamp);
    this.#partial = '';
  }

  #line(line: string, timestamp: bigint): void {
    const s = Number(timestamp - this.vertex.started) / 1e9;
    const shown = `${s.toFixed(s < 10 ? 3 : s < 100 ? 2 : 1)} ${line}`;
    this.lines.push(shown);
    this.log.push(shown);
  }
}

/** All steps that were told of, in order. */
export class Trace {
  readonly all: Shown[] = [];
  readonly warnings: VertexWarning[] = [];
  readonly #byDigest = new Map<string, Shown>();

  /** @returns steps that something new is known of, in order */
  update(s: SolveStatus): Shown[] {
    const changed = new Set<Shown>();
    for (const v of s.vertexes ?? []) {
      let shown = this.#byDigest.get(v.digest);
      if (!shown) {
        shown = new Shown(v, this.all.length + 1);
        this.#byDigest.set(v.digest, shown);
        this.all.push(shown);
      }
      shown.vertex = v;
      if (v.completed !== 0n) shown.flush(v.completed);
      changed.add(shown);
    }
    for (const x of s.statuses ?? []) {
      const shown = this.#byDigest.get(x.vertex);
      shown?.status(x);
      if (shown) changed.add(shown);
    }
    for (const l of s.logs ?? []) {
      const shown = this.#byDigest.get(l.vertex);
      shown?.output(l.data, l.timestamp);
      if (shown) changed.add(shown);
    }
    for (const w of s.warnings ?? []) {
      this.warnings.push(w);
      this.#byDigest.get(w.vertex)?.warnings.push(w);
    }
    return [...changed];
  }
}

/** `12B`, `1.20kB` @see tonistiigi/units */
export function bytesShown(n: number): string {
  if (n < 1000) return `${n}B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = n;
  let unit = -1;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size.toFixed(2)}${units[unit]}`;
}

/** How much of a part is done. */
export function sizeShown({ current, total }: VertexStatus): string {
  if (total !== 0) return `${bytesShown(current)} / ${bytesShown(total)}`;
  return current === 0 ? '' : bytesShown(current);
}

/** What failed steps printed, once more. @param last lines of each that are shown */
export function errorLogs(trace: Trace, last: number): string {
  return trace.all
    .filter((s) => s.vertex.error !== '')
    .map(
      (s) =>
        `------\n > ${s.vertex.name}:\n${s.log
          .slice(-last)
          .map((l) => `${l}\n`)
          .join('')}------\n`,
    )
    .join('');
}
