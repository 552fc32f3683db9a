/** The answer half of HTTP/1: status line, headers, and the body by length, chunks or end of stream. @see RFC 9112 */
import { type Errno, isErr } from '../kernel/errno.ts';
import type { Wire } from './wire.ts';

/** A response's head, names as they were sent. */
export interface ResponseHead {
  readonly statusLine: string;
  readonly version: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Bytes of the head. */
  readonly size: number;
}

/** Value of a header, whatever the case of its name. */
export function header(head: ResponseHead, name: string): string | undefined {
  return head.headers.find(([n]) => n.toLowerCase() === name)?.[1];
}

/** Reads a head. @returns `empty` when the stream ended before a byte, `bad` when it is no HTTP/1 */
export async function readHead(wire: Wire): Promise<ResponseHead | 'empty' | 'bad' | Errno> {
  const before = wire.received;
  const statusLine = await wire.line();
  if (isErr(statusLine)) return statusLine;
  if (statusLine === undefined) return 'empty';
  const m = /^HTTP\/(\d\.\d) (\d{3})/.exec(statusLine);
  if (!m) return before === wire.received ? 'empty' : 'bad';
  const headers: [string, string][] = [];
  let size = statusLine.length + 2;
  for (;;) {
    const line = await wire.line();
    if (isErr(line)) return line;
    if (line === undefined || line === '') {
      size += 2;
      break;
    }
    size += line.length + 2;
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return { statusLine, version: m[1] as string, status: Number(m[2]), headers, size };
}

/** How a body ended. */
export type BodyEnd = 'complete' | 'partial' | Errno;

/**
 * Hands a body's pieces to `sink`.
 * @param onTotal told the length when the response declares one
 */
export async function readBody(
  wire: Wire,
  head: ResponseHead,
  hasBody: boolean,
  sink: (bytes: Uint8Array) => Promise<void>,
): Promise<BodyEnd> {
  if (!hasBody || head.status === 204 || head.status === 304 || head.status < 200) return 'complete';
  if ((header(head, 'transfer-encoding') ?? '').toLowerCase().includes('chunked')) return readChunks(wire, sink);
  const length = header(head, 'content-length');
  let left = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
  while (left > 0) {
    const bytes = await wire.read();
    if (isErr(bytes)) return bytes;
    if (bytes.length === 0) return left === Number.POSITIVE_INFINITY ? 'complete' : 'partial';
    const take = bytes.length > left ? bytes.subarray(0, left) : bytes;
    wire.unread(bytes.subarray(take.length));
    left -= take.length;
    await sink(take);
  }
  return 'complete';
}

async function readChunks(wire: Wire, sink: (bytes: Uint8Array) => Promise<void>): Promise<BodyEnd> {
  for (;;) {
    const line = await wire.line();
    if (isErr(line)) return line;
    if (line === undefined) return 'partial';
    let left = Number.parseInt(line, 16);
    if (Number.isNaN(left)) return 'partial';
    const last = left === 0;
    while (left > 0) {
      const bytes = await wire.read();
      if (isErr(bytes)) return bytes;
      if (bytes.length === 0) return 'partial';
      const take = bytes.length > left ? bytes.subarray(0, left) : bytes;
      wire.unread(bytes.subarray(take.length));
      left -= take.length;
      await sink(take);
    }
    for (;;) {
      const end = await wire.line();
      if (isErr(end)) return end;
      if (end === undefined || end === '' || !last) break;
    }
    if (last) return 'complete';
  }
}

/** Whether the connection may carry another request after this response. */
export function keepsAlive(head: ResponseHead): boolean {
  const c = (header(head, 'connection') ?? '').toLowerCase();
  return head.version === '1.1' ? !c.includes('close') : c.includes('keep-alive');
}
