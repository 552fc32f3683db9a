/**
 * What lies outside the machines: the router that is also the LAN's DNS server (*.lab), and beyond it one host that
 * answers HTTP with the address it was asked from, and echoes UDP.
 */

import {
  addressData,
  decodeMessage,
  encodeName,
  encodeResponse,
  type NewRecord,
  type Question,
  RR,
  reverseAddress,
} from '../base/dns.ts';
import { text, utf8 } from '../base/http.ts';
import { formatIp, ip4, parseIp4 } from '../base/ip.ts';
import { httpDate } from '../docker/time.ts';
import { isErr } from '../linux/kernel/errno.ts';
import type { Sys } from '../linux/kernel/sys.ts';

/** Address of the router, which is the way out and the LAN's DNS server. */
export const ROUTER = '192.168.56.1';
/** Address of the host beyond the router. */
export const EXTERNAL = '203.0.113.10';

/** Seconds that an answer of the LAN's DNS server may be kept. */
const TTL = 300;

/**
 * Answers DNS over UDP on port 53. Names that end in `.lab` are known or NXDOMAIN, all others are NXDOMAIN: the lab
 * has no internet.
 * @param names host name (without a final dot) → IPv4 address
 */
export async function serveDns(sys: Sys, names: ReadonlyMap<string, string>): Promise<void> {
  const fd = sys.socket('inet', 'dgram');
  if (isErr(fd)) return;
  if (isErr(sys.bind(fd, { ip: { v: 4, value: 0 }, port: 53 }))) return;
  for (;;) {
    const query = await sys.recvfrom(fd);
    if (isErr(query)) continue;
    const answer = answerTo(query.data, names);
    if (answer) await sys.sendto(fd, answer, query.from);
  }
}

/** The answer to a query, or undefined when it is none. @see RFC 1035 §4.1 */
export function answerTo(query: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array | undefined {
  const message = decodeMessage(query);
  const question = message?.questions[0];
  if (!message || !question) return undefined;
  const name = question.name.toLowerCase();
  const address = names.get(name);
  const answers: NewRecord[] = [];
  if (question.type === RR.A && address) answers.push(record(question, addressData(ip4(addressOf(address)))));
  const pointer = question.type === RR.PTR ? hostOf(name, names) : undefined;
  const data = pointer === undefined ? undefined : encodeName(pointer);
  if (data) answers.push(record(question, data));
  const rcode = address !== undefined || answers.length > 0 ? 0 : 3;
  return encodeResponse(message, answers, { recursionAvailable: true, rcode, compress: true }, message.udpSize);
}

const record = (q: Question, data: Uint8Array): NewRecord => ({ name: q.name, type: q.type, ttl: TTL, data });

function hostOf(reverse: string, names: ReadonlyMap<string, string>): string | undefined {
  const address = reverseAddress(reverse);
  const text = address && formatIp(address);
  return [...names].find(([, a]) => a === text)?.[0];
}

/** Answers HTTP on port 80 with `you are ADDRESS`, one connection after the other. */
export async function serveHttp(sys: Sys): Promise<void> {
  const fd = sys.socket('inet', 'stream');
  if (isErr(fd)) return;
  if (isErr(sys.bind(fd, { ip: ip4(addressOf(EXTERNAL)), port: 80 })) || isErr(sys.listen(fd, 16))) return;
  for (;;) {
    const got = await sys.accept(fd);
    if (!isErr(got)) void answerHttp(sys, got.fd, got.peer.ip ? formatIp(got.peer.ip) : '?');
  }
}

async function answerHttp(sys: Sys, fd: number, peer: string): Promise<void> {
  let head = '';
  while (!head.includes('\r\n\r\n') && head.length < 65536) {
    const part = await sys.read(fd);
    if (isErr(part) || part.length === 0) break;
    head += text(part);
  }
  const body = `you are ${peer}\n`;
  const lines = [
    'HTTP/1.0 200 OK',
    'Server: ext/1.0 Python/3.11.7',
    `Date: ${httpDate(sys.realtime())}`,
    `Content-Length: ${body.length}`,
    '',
    '',
  ];
  await sys.write(fd, utf8(lines.join('\r\n')));
  if (!head.startsWith('HEAD ')) await sys.write(fd, utf8(body));
  sys.close(fd);
}

/** Sends every datagram that comes to UDP port 7 back. @see RFC 862 */
export async function serveEcho(sys: Sys): Promise<void> {
  const fd = sys.socket('inet', 'dgram');
  if (isErr(fd)) return;
  if (isErr(sys.bind(fd, { ip: { v: 4, value: 0 }, port: 7 }))) return;
  for (;;) {
    const datagram = await sys.recvfrom(fd);
    if (!isErr(datagram)) await sys.sendto(fd, datagram.data, datagram.from);
  }
}

/** An IPv4 address of the topology. @throws Error when the text is none: a bug */
export function addressOf(s: string): number {
  const a = parseIp4(s);
  if (a === undefined) throw new Error(`'${s}' is no IPv4 address`);
  return a;
}
