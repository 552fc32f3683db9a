/** What surrounds a terminal: links, what is pasted, colours that can be read. */
import { describe, expect, it } from 'vitest';
import { addressesIn, inLab } from '../../src/web/ui/terminal/links.ts';
import { cleaned, isSeveral, linesIn, oneLine } from '../../src/web/ui/terminal/paste.ts';
import { paper, slate } from '../../src/web/ui/terminal/theme.ts';

describe('links', () => {
  it('are found without the punctuation around them', () => {
    const text = 'see http://localhost:32768/ (or https://[::1]:8080/a?b=c&d), "http://node1.lab/x".';
    expect(addressesIn(text)).toEqual([
      { url: 'http://localhost:32768/', index: 4 },
      { url: 'https://[::1]:8080/a?b=c&d', index: 32 },
      { url: 'http://node1.lab/x', index: 62 },
    ]);
    expect(addressesIn('ftp://x httpx://y http:// nothing')).toEqual([]);
  });

  it('know what lies in the lab', () => {
    for (const url of [
      'http://localhost',
      'http://127.0.0.1:5000/',
      'http://172.17.0.2',
      'http://node2:80/',
      'http://registry.lab/',
    ])
      expect(inLab(url), url).toBe(true);
    for (const url of [
      'https://docs.docker.com/',
      'http://172.32.0.1/',
      'http://node1.example.org/',
      'http://8.8.8.8/',
    ])
      expect(inLab(url), url).toBe(false);
  });
});

describe('what is pasted', () => {
  it('loses what could end a bracketed paste', () => {
    expect(cleaned('a\x1b[201~b\x07\tc\r\nd\re')).toBe('a[201~b\tc\nd\ne');
  });
  it('is counted by lines', () => {
    expect(['a', 'a\n', 'a\nb', 'a\nb\n'].map(linesIn)).toEqual([1, 1, 2, 2]);
    expect(['a', 'a\n'].map(isSeveral)).toEqual([false, true]);
  });
  it('can be one line', () => {
    expect(oneLine('docker run \\\n  -d \\\n  web\necho x\n')).toBe('docker run -d web echo x');
  });
});

/** @see WCAG 2.2, relative luminance and contrast ratio */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5]
      .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe('colours', () => {
  for (const [name, theme] of Object.entries({ paper, slate }))
    it(`of ${name} can all be read on its ground, and text where it is selected`, () => {
      const { background = '', selectionBackground = '', foreground = '', cursorAccent: _, ...inks } = theme;
      const ratios = Object.entries({ foreground, ...inks }).map(
        ([ink, c]) => [ink, contrast(c as string, background)] as const,
      );
      expect(ratios.length).toBeGreaterThanOrEqual(18);
      expect(ratios.filter(([, r]) => r < 4.5)).toEqual([]);
      expect(contrast(foreground, selectionBackground)).toBeGreaterThan(4.5);
    });
});
