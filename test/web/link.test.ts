/** Sessions in links. */
import { expect, it } from 'vitest';
import { partsOf } from '../../src/web/ui/course/route.ts';
import { decode, encode, linkTo, sessionIn } from '../../src/web/ui/share/link.ts';

it('come back from the link as they went in', () => {
  for (let length = 0; length < 260; length++) {
    const log = Uint8Array.from({ length }, (_, i) => (i * 89 + length) % 256);
    expect(decode(encode(log))).toEqual(log);
    const link = linkTo('https://example.org/lab/#old', '03-networks', log);
    expect(link).toMatch(/^https:\/\/example\.org\/lab\/#\/03-networks\?s=[\w-]*$/);
    expect(sessionIn(new URL(link).hash)).toEqual({ lesson: '03-networks', log });
  }
});

it('may name the parts that are shown', () => {
  const link = linkTo('https://example.org/', 'a', Uint8Array.of(0, 0, 0), ['terminal', 'map']);
  expect(link).toBe('https://example.org/#/a?show=terminal,map&s=AAAA');
  const { hash } = new URL(link);
  expect(sessionIn(hash)).toEqual({ lesson: 'a', log: Uint8Array.of(0, 0, 0) });
  expect(partsOf(hash)).toEqual(['terminal', 'map']);
  expect(partsOf('#/a?show=nothing')).toEqual(['lesson', 'terminal', 'map']);
  expect(partsOf('#/a')).toHaveLength(3);
});

it('are none in other fragments, and broken when cut', () => {
  expect(sessionIn('')).toBeUndefined();
  expect(sessionIn('#step-3')).toBeUndefined();
  expect(sessionIn('#/03-networks/step')).toBeUndefined();
  expect(sessionIn('#/a/step?s=AAAA')).toEqual({ lesson: 'a', log: Uint8Array.of(0, 0, 0) });
  expect(sessionIn('#/a?s=A')).toEqual({ lesson: 'a', log: undefined });
  expect(sessionIn('#/a?s=AAAA).')).toEqual({ lesson: 'a', log: undefined });
});
