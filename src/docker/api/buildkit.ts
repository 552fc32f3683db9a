/**
 * What BuildKit tells while it builds: steps (vertices) that begin and end, their progress, their output, warnings. On the way
 * they are protocol buffers in `moby.buildkit.trace` messages.
 * @see moby/buildkit api/services/control/control.proto, solver/pb/ops.proto, client/graph.go
 */
import { join } from '../../base/bytes.ts';
import { text, utf8 } from '../../base/http.ts';

/** Unix ns; 0n: it has not come yet. */
type Time = bigint;

/** A step of a build. @see control.proto: Vertex */
export interface Vertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  readonly name: string;
  readonly cached: boolean;
  readonly started: Time;
  readonly completed: Time;
  readonly error: string;
}

/** How far a part of a step is: a layer, a file that is sent. */
export interface VertexStatus {
  readonly id: string;
  readonly vertex: string;
  readonly current: number;
  readonly total: number;
  readonly timestamp: Time;
  readonly started: Time;
  readonly completed: Time;
}

/** What a step printed. */
export interface VertexLog {
  readonly vertex: string;
  readonly timestamp: Time;
  /** 1 or 2 */
  readonly stream: number;
  readonly data: Uint8Array;
}

/** Lines of a file, the first is 1. */
export interface Lines {
  readonly start: number;
  readonly end: number;
}

/** A file that messages point into. */
export interface SourceFile {
  readonly filename: string;
  readonly data: string;
}

/** What is to be said of a step, as a check of the Dockerfile finds it. Level 1 is the only one that is used. */
export interface VertexWarning {
  readonly vertex: string;
  readonly level: number;
  readonly short: string;
  readonly detail: readonly string[];
  readonly url: string;
  readonly source: SourceFile | undefined;
  readonly ranges: readonly Lines[];
}

/** What has changed since the last one. */
export interface SolveStatus {
  readonly vertexes?: readonly Vertex[];
  readonly statuses?: readonly VertexStatus[];
  readonly logs?: readonly VertexLog[];
  readonly warnings?: readonly VertexWarning[];
}

/** What a build that failed says beside its error, which gRPC carries as details of its status. */
export interface BuildFailure {
  readonly message: string;
  /** Files and lines at fault. */
  readonly sources: readonly { readonly file: SourceFile; readonly ranges: readonly Lines[] }[];
}

/**
 * What a client's session would answer when BuildKit asks: it comes in the archive of the request, as `options.json` beside
 * `dockerfile/`, `context/`, `named/NAME/` and `secrets/ID`.
 */
export interface SessionOptions {
  /** Named contexts that are no directories: name → `docker-image://…` */
  readonly contexts: Readonly<Record<string, string>>;
  readonly noCacheFilter: readonly string[];
  readonly outputs: readonly Readonly<Record<string, string>>[];
  /** `build`, `check`, `outline`, `targets` */
  readonly call: string;
  readonly allow: readonly string[];
  /** Keys that are forwarded. */
  readonly ssh: readonly string[];
  /** What the Dockerfile is called in messages. */
  readonly filename: string;
}

// --- protocol buffers

type Field = readonly [number, string | number | bigint | boolean | Uint8Array];

function varint(n: bigint): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, n);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return out;
}

/** Fields that are empty are left out. */
function message(fields: Iterable<Field>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [tag, value] of fields) {
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const bytes = typeof value === 'string' ? utf8(value) : value;
      if (bytes.length === 0 && typeof value === 'string') continue;
      parts.push(Uint8Array.from([...varint(BigInt(tag * 8 + 2)), ...varint(BigInt(bytes.length))]), bytes);
    } else if (value) parts.push(Uint8Array.from([...varint(BigInt(tag * 8)), ...varint(BigInt(value))]));
  }
  return join(parts);
}

const SECOND = 1_000_000_000n;

function time(tag: number, t: Time): Field[] {
  return t === 0n
    ? []
    : [
        [
          tag,
          message([
            [1, t / SECOND],
            [2, t % SECOND],
          ]),
        ],
      ];
}

const all = <T>(tag: number, list: readonly T[] | undefined, each: (x: T) => Iterable<Field>): Field[] =>
  (list ?? []).map((x) => [tag, message(each(x))]);

const range = (r: Lines): Field[] => [
  [1, message([[1, r.start]])],
  [2, message([[1, r.end]])],
];

/** {@link SolveStatus} as a `StatusResponse`. */
export function encodeStatus(s: SolveStatus): Uint8Array {
  return message([
    ...all(1, s.vertexes, (v) => [
      [1, v.digest],
      ...v.inputs.map((i): Field => [2, i]),
      [3, v.name],
      [4, v.cached],
      ...time(5, v.started),
      ...time(6, v.completed),
      [7, v.error],
    ]),
    ...all(2, s.statuses, (v) => [
      [1, v.id],
      [2, v.vertex],
      [4, v.current],
      [5, v.total],
      ...time(6, v.timestamp),
      ...time(7, v.started),
      ...time(8, v.completed),
    ]),
    ...all(3, s.logs, (l) => [[1, l.vertex], ...time(2, l.timestamp), [3, l.stream], [4, l.data]]),
    ...all(4, s.warnings, (w) => [
      [1, w.vertex],
      [2, w.level],
      [3, w.short],
      ...w.detail.map((d): Field => [4, d]),
      [5, w.url],
      ...all(6, w.source ? [w.source] : [], (f) => [
        [1, f.filename],
        [2, f.data],
        [4, 'Dockerfile'],
      ]),
      ...all(7, w.ranges, range),
    ]),
  ]);
}

/** Fields of a message by number, in order. */
class Message {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>();

  constructor(bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; ) {
      const [key, afterKey] = read(bytes, at);
      const [value, afterValue] = read(bytes, afterKey);
      at = afterValue;
      let field: bigint | Uint8Array = value;
      if ((key & 7n) === 2n) {
        field = bytes.subarray(at, at + Number(value));
        at += Number(value);
      }
      const tag = Number(key >> 3n);
      const same = this.#fields.get(tag);
      if (same) same.push(field);
      else this.#fields.set(tag, [field]);
    }
  }

  all(tag: number): Uint8Array[] {
    return (this.#fields.get(tag) ?? []).filter((f): f is Uint8Array => typeof f !== 'bigint');
  }

  bytes(tag: number): Uint8Array {
    return this.all(tag).at(-1) ?? new Uint8Array(0);
  }

  string(tag: number): string {
    return text(this.bytes(tag));
  }

  number(tag: number): number {
    const f = this.#fields.get(tag)?.at(-1);
    return typeof f === 'bigint' ? Number(BigInt.asIntN(64, f)) : 0;
  }

  time(tag: number): Time {
    const m = this.all(tag).at(-1);
    if (!m) return 0n;
    const t = new Message(m);
    return BigInt(t.number(1)) * SECOND + BigInt(t.number(2));
  }

  each<T>(tag: number, make: (m: Message) => T): T[] {
    return this.all(tag).map((b) => make(new Message(b)));
  }
}

function read(bytes: Uint8Array, from: number): [bigint, number] {
  let value = 0n;
  let shift = 0n;
  for (let at = from; ; at++) {
    const b = bytes[at] ?? 0;
    value |= BigInt(b & 0x7f) << shift;
    shift += 7n;
    if ((b & 0x80) === 0) return [value, at + 1];
  }
}

const lines = (m: Message): Lines => ({
  start: m.each(1, (p) => p.number(1))[0] ?? 0,
  end: m.each(2, (p) => p.number(1))[0] ?? 0,
});

/** The inverse of {@link encodeStatus}. */
export function decodeStatus(bytes: Uint8Array): SolveStatus {
  const m = new Message(bytes);
  return {
    vertexes: m.each(1, (v) => ({
      digest: v.string(1),
      inputs: v.all(2).map(text),
      name: v.string(3),
      cached: v.number(4) === 1,
      started: v.time(5),
      completed: v.time(6),
      error: v.string(7),
    })),
    statuses: m.each(2, (s) => ({
      id: s.string(1),
      vertex: s.string(2),
      current: s.number(4),
      total: s.number(5),
      timestamp: s.time(6),
      started: s.time(7),
      completed: s.time(8),
    })),
    logs: m.each(3, (l) => ({ vertex: l.string(1), timestamp: l.time(2), stream: l.number(3), data: l.bytes(4) })),
    warnings: m.each(4, (w) => ({
      vertex: w.string(1),
      level: w.number(2),
      short: w.string(3),
      detail: w.all(4).map(text),
      url: w.string(5),
      source: w.each(6, (f) => ({ filename: f.string(1), data: f.string(2) }))[0],
      ranges: w.each(7, lines),
    })),
  };
}
