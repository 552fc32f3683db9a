/** Addresses in a terminal that can be clicked. */
import type { IDisposable, ILink, Terminal } from '@xterm/xterm';
import { cellsOf, lineAt } from './lines.ts';

/** An http or https address; what closes a sentence or a bracket is none of it. */
const ADDRESS = /https?:\/\/(?:\[[0-9a-f:]+\]|[\w.-]+)(?::\d+)?(?:\/[^\s"'<>`{}|\\^]*)?/gi;
const TAIL = /[.,;:!?)\]]+$/;

/** Addresses in a text, and where. */
export function addressesIn(text: string): { url: string; index: number }[] {
  return [...text.matchAll(ADDRESS)].map((m) => ({ url: m[0].replace(TAIL, ''), index: m.index }));
}

/** Whether an address means something in the lab: the machines, their LAN, a published port. */
export function inLab(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname.endsWith('.lab') ||
    /^node\d+$/.test(hostname) ||
    /^(?:127|10|172\.(?:1[6-9]|2\d|3[01])|192\.168|203\.0\.113)\./.test(hostname)
  );
}

/** Makes them links. @param open what a click does */
export function addLinks(term: Terminal, open: (url: string) => void): IDisposable {
  return term.registerLinkProvider({
    provideLinks(y, give) {
      const buffer = term.buffer.active;
      const line = lineAt(buffer, y - 1);
      const links = addressesIn(line.text).map(({ url, index }): ILink => {
        const { start, cells } = cellsOf(buffer, line, index, url.length);
        const at = (cell: number) => ({ x: (cell % term.cols) + 1, y: line.row + Math.floor(cell / term.cols) + 1 });
        return {
          text: url,
          range: { start: at(start), end: at(start + cells - 1) },
          activate: (_, text) => open(text),
        };
      });
      give(links.length > 0 ? links : undefined);
    },
  });
}
