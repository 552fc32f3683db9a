import { describe, expect, it } from 'vitest';
import { tabwrite } from '../../src/base/tabwriter.ts';

describe('tabwrite', () => {
  it('pads docker tables to ten columns at least and three past the widest cell', () => {
    const rows = ['NAMES\tPORTS\tNETWORKS', 'sec\t\tinner', 'web\t0.0.0.0:8080->5000/tcp\tbridge,mynet'];
    expect(tabwrite(rows.join('\n')).split('\n')).toEqual([
      'NAMES     PORTS                    NETWORKS',
      'sec                                inner',
      'web       0.0.0.0:8080->5000/tcp   bridge,mynet',
    ]);
  });

  it('ends a column where a line does not have it', () => {
    const plain = { minWidth: 0, tabWidth: 8, padding: 1, padChar: ' ' as const };
    expect(tabwrite('a\tb\tc\nlong cell\tx\nno tabs here\nq\tr', plain).split('\n')).toEqual([
      'a         b c',
      'long cell x',
      'no tabs here',
      'q r',
    ]);
  });

  it('keeps trailing cells and counts code points, not bytes', () => {
    const o = { minWidth: 0, tabWidth: 1, padding: 1, padChar: ' ' as const };
    expect(tabwrite('é\tx\t\nabc\ty\t', o)).toBe('é   x \nabc y ');
  });

  it('discards empty columns when asked', () => {
    const o = { minWidth: 0, tabWidth: 1, padding: 1, padChar: ' ' as const, discardEmpty: true };
    expect(tabwrite('a\t\tb\nc\t\td', o)).toBe('a b\nc d');
  });

  it('pads with tabs', () => {
    const o = { minWidth: 0, tabWidth: 8, padding: 0, padChar: '\t' as const };
    expect(tabwrite('a\tb\nlonger text\tc', o)).toBe('a\t\tb\nlonger text\tc');
  });
});
