/** What the browser keeps of a lesson's session. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forget, keep, kept } from '../../src/web/ui/share/keep.ts';

const store = (): Storage => {
  const map = new Map<string, string>();
  return {
    getItem: (k: string) => map.get(k) ?? null,
    setItem: (k: string, v: string) => void map.set(k, v),
    removeItem: (k: string) => void map.delete(k),
  } as Storage;
};
const inTab = (tab: Storage): unknown => vi.stubGlobal('sessionStorage', tab);
const log = (n: number) => Uint8Array.of(n);

beforeEach(() => vi.stubGlobal('localStorage', store()));
afterEach(() => vi.unstubAllGlobals());

it('gives each of two tabs its own session, and a third the last', () => {
  const [one, two] = [store(), store()];
  inTab(one);
  keep('ports', log(1));
  inTab(two);
  keep('ports', log(2));
  inTab(one);
  expect(kept('ports')).toEqual(log(1));
  inTab(two);
  expect(kept('ports')).toEqual(log(2));
  inTab(store());
  expect(kept('ports')).toEqual(log(2));
  expect(kept('links')).toBeUndefined();
  inTab(one);
  forget('ports');
  expect(kept('ports')).toBeUndefined();
});

it('does without a browser that keeps nothing', () => {
  vi.stubGlobal('localStorage', undefined);
  inTab({} as Storage);
  keep('ports', log(1));
  forget('ports');
  expect(kept('ports')).toBeUndefined();
});
