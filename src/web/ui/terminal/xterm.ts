/** xterm.js as a screen of the page. What is not needed for the first prompt is loaded by extras.ts. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { Session } from '../session.svelte.ts';
import { settings } from '../settings.svelte.ts';
import { keyed } from './keys.ts';
import type { Screen } from './screen.ts';
import { documentFor } from './style-sheets.ts';
import type { Tab } from './tabs.svelte.ts';
import { paper, slate } from './theme.ts';

/** A terminal on the page. */
export interface Xterm {
  readonly term: Terminal;
  readonly screen: Screen;
  /** Fills its place, unless a log says how large it is. */
  takeRoom(): void;
  dispose(): void;
}

const encoder = new TextEncoder();
/** The window operation that sets the size in characters. @see xterm's ctlseqs, CSI Ps ; Ps ; Ps t */
const SET_SIZE = 8;

/** A character as Ctrl makes it, when that has been tapped. */
function withCtrl(tab: Tab, text: string): string {
  if (!tab.ctrl) return text;
  tab.ctrl = false;
  return text.length === 1 ? String.fromCharCode(text.charCodeAt(0) & 0x1f) : text;
}

/** An xterm.js that looks as the page does. */
function newTerminal(): Terminal {
  return new Terminal({
    documentOverride: documentFor(document),
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono').trim(),
    fontSize: settings.terminalPx,
    lineHeight: 1.2,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    scrollback: 5000,
    theme: settings.dark ? slate : paper,
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
    // marks of what was found
    allowProposedApi: true,
  });
}

/** How large a terminal is: as its place has room or, while a log is played, as the log says. */
class Size {
  replaying = false;
  readonly fit = new FitAddon();

  constructor(
    readonly term: Terminal,
    readonly place: HTMLElement,
  ) {
    term.loadAddon(this.fit);
    term.parser.registerCsiHandler({ final: 't' }, (params) => {
      const [what, rows, cols] = params as number[];
      if (what === SET_SIZE && this.replaying && rows && cols) term.resize(cols, rows);
      return what === SET_SIZE;
    });
  }

  readonly takeRoom = (): void => {
    if (!this.replaying && this.place.clientWidth > 0 && this.place.clientHeight > 0) this.fit.fit();
  };
}

/** @param fitted the terminal has the room of its place again */
function screenOf(term: Terminal, size: Size, fitted: () => void): Screen {
  return {
    get cols() {
      return term.cols;
    },
    get rows() {
      return term.rows;
    },
    write: (bytes, drawn) => term.write(bytes, drawn),
    reset() {
      term.write('', () => {
        term.reset();
        size.replaying = true;
      });
    },
    fit() {
      term.write('', () => {
        size.replaying = false;
        size.takeRoom();
        fitted();
      });
    },
    ended: () => term.write(`\r\n${settings.t.shellEnded}\r\n`),
    type(text) {
      size.takeRoom();
      // A line is keyed in: what is pasted is lit up, and drawn once more over what a program left before the prompt.
      if (/[\n\t]/.test(text)) term.paste(text);
      else term.input(text);
      term.input('\r');
    },
    begin: (text) => term.paste(text),
    press(key) {
      const letter = /^\^([A-Z[\\\]])$/.exec(key)?.[1];
      term.input(letter ? String.fromCharCode(letter.charCodeAt(0) - 64) : key);
    },
    arrow: (letter) => term.input(`\x1b${term.modes.applicationCursorKeysMode ? 'O' : '['}${letter}`),
    focus: () => term.focus(),
  };
}

/** Hands on to the session what is typed, and the size. */
function listen(term: Terminal, tab: Tab, session: Session): void {
  term.onData((text) => {
    if (tab.ended === undefined) session.input(tab, encoder.encode(withCtrl(tab, text)));
    else if (text === '\r') void session.open(tab);
  });
  term.onBinary((text) =>
    session.input(
      tab,
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    ),
  );
  term.onResize(({ cols, rows }) => session.resize(tab, cols, rows));
  term.attachCustomKeyEventHandler((event) => !keyed(event, term, tab));
}

export function makeScreen(place: HTMLElement, { tab, session }: { tab: Tab; session: Session }): Xterm {
  const term = newTerminal();
  const size = new Size(term, place);
  term.open(place);
  const screen = screenOf(term, size, () => session.resize(tab, term.cols, term.rows));
  listen(term, tab, session);
  const watch = new ResizeObserver(size.takeRoom);
  watch.observe(place);
  size.fit.fit();
  return {
    term,
    screen,
    takeRoom: size.takeRoom,
    dispose() {
      watch.disconnect();
      term.dispose();
    },
  };
}
