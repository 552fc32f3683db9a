import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressData,
  decodeMessage,
  encodeName,
  encodeQuery,
  encodeResponse,
  framed,
  RR,
  reverseAddress,
  reverseName,
  unframed,
} from '../../src/base/dns.ts';
import { formatIp, ip4, ip6, parseIp } from '../../src/base/ip.ts';

const hex = (s: string): Uint8Array => Uint8Array.from(s.match(/../g) ?? [], (h) => Number.parseInt(h, 16));
const toHex = (b: Uint8Array | undefined): string =>
  [...(b ?? [])].map((n) => n.toString(16).padStart(2, '0')).join('');

/** As recorded: dig asks for bb, the engine answers (scenario j of the captures). */
const QUERY = 'f6ca012000010000000000010262620000010001000029 04d000000000000c000a0008fa68ed039a0e4193'.replace(
  ' ',
  '',
);
const ANSWER = 'f6ca8180000100010000000002626200000100010262620000010001000002580004ac120003';

describe('DNS messages', () => {
  it('are those that were recorded', () => {
    const query = encodeQuery(
      0xf6ca,
      { name: 'bb', type: RR.A },
      { authenticData: true, edns: { udpSize: 1232, cookie: hex('fa68ed039a0e4193') } },
    );
    expect(toHex(query)).toBe(QUERY);
    const message = decodeMessage(hex(QUERY));
    expect(message).toMatchObject({ id: 0xf6ca, response: false, recursionDesired: true, udpSize: 1232 });
    if (!message) return;
    const data = addressData(ip4(0xac120003));
    const answers = [{ name: 'bb', type: RR.A, ttl: 600, data }];
    expect(toHex(encodeResponse(message, answers, { recursionAvailable: true }))).toBe(ANSWER);
    expect(decodeMessage(hex(ANSWER))?.answers).toMatchObject([{ name: 'bb', ttl: 600, text: '172.18.0.3' }]);
  });

  it('are cut to what the asker takes, and say so', () => {
    const message = decodeMessage(encodeQuery(7, { name: 'web', type: RR.A }) as Uint8Array);
    if (!message) throw new Error('no message');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 512, max: 1400 }), (n, limit) => {
        const answers = Array.from({ length: n }, (_, i) => ({
          name: 'web',
          type: RR.A,
          ttl: 600,
          data: addressData(ip4(0xac120000 + i)),
        }));
        const bytes = encodeResponse(message, answers, {}, limit);
        const got = decodeMessage(bytes);
        expect(bytes.length).toBeLessThanOrEqual(limit);
        expect(got?.truncated).toBe((got?.answers.length ?? 0) < n);
        expect(got?.answers.map((a) => a.text)).toEqual(
          answers.slice(0, got?.answers.length).map((_, i) => formatIp(ip4(0xac120000 + i))),
        );
        // the next record would not have fitted, not even with a pointer to the question
        if (got?.truncated) expect(bytes.length + 16).toBeGreaterThan(limit);
      }),
    );
  });

  it('read whatever comes without failing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (b) => void decodeMessage(b)));
  });

  it('names of addresses lead back to them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (a, b) => {
        for (const ip of [ip4(a), ip6(b)]) expect(reverseAddress(reverseName(ip))).toEqual(ip);
      }),
    );
    expect(reverseAddress('2.0.18.172.in-addr.arpa')).toEqual(parseIp('172.18.0.2'));
    for (const none of ['bb', 'in-addr.arpa', 'x.in-addr.arpa', '1.2.ip6.arpa', '1.2.3.4.5.in-addr.arpa'])
      expect(reverseAddress(none)).toBeUndefined();
  });

  it('names have limits', () => {
    expect(encodeName('a'.repeat(63))?.length).toBe(65);
    for (const bad of ['a'.repeat(64), 'a..b', Array.from({ length: 9 }, () => 'a'.repeat(30)).join('.')])
      expect(encodeName(bad)).toBeUndefined();
  });

  it('TCP carries them with their length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(310), (b, cut) => {
        const whole = framed(b);
        expect(unframed(whole)).toEqual(b);
        if (cut < whole.length) expect(unframed(whole.slice(0, cut))).toBeUndefined();
      }),
    );
  });
});
