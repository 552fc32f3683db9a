/** DNS messages and the heads of HTTP messages, in bytes. */
import { type DnsRecord, DnsType, dissectDns } from '../../linux/core/dissect-dns.ts';
import { data } from './anatomy.ts';
import { Draft, hex } from './draft.ts';
import type { FieldKey, Layer } from './layer.ts';

const TYPE_NAMES = new Map<number, string>(Object.entries(DnsType).map(([name, n]) => [n, name]));
const typeName = (n: number): string => TYPE_NAMES.get(n) ?? `TYPE${n}`;
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** @param prefix bytes of length before the message: 2 over TCP */
export function dns(b: Uint8Array, at: number, end: number, prefix: 0 | 2): Layer[] {
  const m = dissectDns(b.subarray(at + prefix, end));
  if (!m) return data(b, at, end);
  const d = new Draft(b, at, end);
  if (prefix > 0) d.add('length', 0, 2, d.u16(0));
  const rcode = RCODES[m.rcode] ?? String(m.rcode);
  const bits = [
    m.response ? 'QR' : '',
    m.authoritative ? 'AA' : '',
    m.truncated ? 'TC' : '',
    m.recursionDesired ? 'RD' : '',
    m.recursionAvailable ? 'RA' : '',
    m.response ? rcode : '',
  ].filter(Boolean);
  d.add('transactionId', prefix, 2, hex(m.id, 4));
  d.add('flags', prefix + 2, 2, bits.length > 0 ? bits.join(', ') : '—');
  d.add('counts', prefix + 4, 8, m.counts.join(', '));
  let o = prefix + 12;
  for (const q of m.questions) {
    const size = nameSize(d, o) + 4;
    d.add('question', o, size, `${q.name} ${typeName(q.type)}`);
    o += size;
  }
  const sections: [FieldKey, readonly DnsRecord[]][] = [
    ['answer', m.answers],
    ['authority', m.authorities],
    ['additional', m.additionals],
  ];
  for (const [key, records] of sections)
    for (const r of records) {
      const size = nameSize(d, o) + 10 + r.data.length;
      const text = r.type === DnsType.OPT ? 'OPT' : `${r.name} ${r.ttl} ${typeName(r.type)} ${r.text}`;
      d.add(key, o, size, text);
      o += size;
    }
  const asked = m.questions[0];
  const title = `${asked ? `${asked.name} ${typeName(asked.type)}` : ''}${m.response ? ` ${rcode}` : '?'}`;
  return [d.layer('DNS', title, o), ...data(b, at + o, end)];
}

/** Bytes that a name takes where it stands. */
function nameSize(d: Draft, from: number): number {
  for (let o = from; ; ) {
    const n = d.u8(o);
    if (n >= 0xc0) return o + 2 - from;
    if (n === 0) return o + 1 - from;
    o += n + 1;
  }
}

const START = /^(?:[A-Z]+ \S+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}.*)$/;

/** The head of an HTTP message, or data when there is none. */
export function http(b: Uint8Array, at: number, end: number): Layer[] {
  const d = new Draft(b, at, end);
  const first = line(d, 0);
  if (first === undefined || !START.test(first)) return data(b, at, end);
  d.add('startLine', 0, first.length + 2, first);
  let o = first.length + 2;
  for (let text = line(d, o); text !== undefined; text = line(d, o)) {
    if (text !== '') d.add('header', o, text.length + 2, text);
    o += text.length + 2;
    if (text === '') break;
  }
  return [d.layer('HTTP', first, o), ...data(b, at + o, end)];
}

/** The line at an offset without its CRLF; undefined when it does not end. */
function line(d: Draft, from: number): string | undefined {
  let text = '';
  for (let o = from; o + 1 < d.size; o++) {
    if (d.u8(o) === 13 && d.u8(o + 1) === 10) return text;
    text += String.fromCharCode(d.u8(o));
  }
  return undefined;
}
