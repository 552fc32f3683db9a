import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clock } from '../../src/base/clock.ts';
import {
  contains,
  formatIp,
  formatIp6,
  formatMac,
  formatPrefix,
  linkLocal,
  network,
  overlaps,
  parseIp,
  parseIp6,
  parseMac,
  parsePrefix,
} from '../../src/base/ip.ts';
import { Rng } from '../../src/base/rng.ts';

describe('Clock', () => {
  it('fires timers by time, then in the order they were made, and only when they are due', () => {
    const clock = new Clock(0n);
    const seen: string[] = [];
    clock.after(20, () => seen.push('c'));
    clock.after(10, () => seen.push('a'));
    clock.after(10, () => seen.push('b'));
    const gone = clock.after(5, () => seen.push('cancelled'));
    clock.cancel(gone);
    expect(clock.fireNext()).toBe(false);
    expect(clock.next()).toBe(10);
    clock.advance(10);
    while (clock.fireNext());
    expect(seen).toEqual(['a', 'b']);
    clock.advance(100);
    clock.advance(50);
    expect(clock.now).toBe(100);
    while (clock.fireNext());
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps any set of timers in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (delays) => {
        const clock = new Clock(0n);
        const seen: [number, number][] = [];
        delays.forEach((d, i) => {
          clock.after(d, () => seen.push([d, i]));
        });
        clock.advance(50);
        while (clock.fireNext());
        const sorted = delays.map((d, i): [number, number] => [d, i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(seen).toEqual(sorted);
      }),
    );
  });
});

describe('Rng', () => {
  it('gives the same for the same seed, and stays in range', () => {
    expect(new Rng(7).hex(40)).toBe(new Rng(7).hex(40));
    expect(new Rng(7).hex(12)).not.toBe(new Rng(8).hex(12));
    const rng = new Rng(1);
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) seen.add(rng.below(6));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rng.shuffle([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe('addresses', () => {
  it('refuse what inet_pton refuses', () => {
    for (const bad of [
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4.5',
      ' 1.2.3.4',
      '',
      ':::',
      '1::2::3',
      '12345::',
      '::g',
      '1:2:3:4:5:6:7:8:9',
    ])
      expect(parseIp(bad), bad).toBeUndefined();
    for (const bad of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', 'x/8', '::/129'])
      expect(parsePrefix(bad), bad).toBeUndefined();
  });

  it('print IPv6 as RFC 5952 says', () => {
    for (const [given, want] of [
      ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:0DB8::0001', '2001:db8::1'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
      ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ] as const)
      expect(formatIp6(parseIp6(given) as bigint)).toBe(want);
  });

  it('print and parse back', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (value) => {
        expect(parseIp6(formatIp6(value))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 }), (value, bits) => {
        const p = { addr: { v: 4 as const, value }, bits };
        expect(parsePrefix(formatPrefix(p))).toEqual(p);
        expect(contains(network(p), p.addr)).toBe(true);
      }),
    );
  });

  it('know their networks', () => {
    const p = (s: string) => parsePrefix(s) as NonNullable<ReturnType<typeof parsePrefix>>;
    expect(formatPrefix(network(p('192.168.56.11/24')))).toBe('192.168.56.0/24');
    expect(overlaps(p('10.0.0.0/8'), p('10.1.2.0/24'))).toBe(true);
    expect(overlaps(p('10.0.0.0/24'), p('10.0.1.0/24'))).toBe(false);
    expect(overlaps(p('0.0.0.0/0'), p('::/0'))).toBe(false);
  });

  it('make a link-local address of a MAC', () => {
    const mac = parseMac('52:54:00:38:00:11') as number;
    expect(formatMac(mac)).toBe('52:54:00:38:00:11');
    expect(formatIp({ v: 6, value: linkLocal(mac) })).toBe('fe80::5054:ff:fe38:11');
  });
});
