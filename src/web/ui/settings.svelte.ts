/** What a learner has chosen, kept in the browser (or only for this visit, where the browser keeps nothing). */
import type { Language } from '../../course/schema.ts';
import { type Strings, strings } from './strings.ts';

export type Theme = 'system' | 'light' | 'dark';

function recall<T extends string | number | boolean>(key: string, fallback: T, good: (v: unknown) => boolean): T {
  try {
    const text = localStorage.getItem(`drydock.${key}`);
    const value: unknown = text === null ? undefined : JSON.parse(text);
    return good(value) ? (value as T) : fallback;
  } catch {
    return fallback;
  }
}

function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(`drydock.${key}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

const oneOf = (...values: unknown[]) => values.includes.bind(values);
const share = (v: unknown) => typeof v === 'number' && v >= 0.1 && v <= 0.9;

const KEPT = [
  'language',
  'theme',
  'large',
  'columns',
  'rows',
  'terminalType',
  'transcript',
  'tabLeaves',
  'resume',
  'at',
] as const;
/** Size of a terminal's type unless chosen, px. */
const TYPE = 13;

class Settings {
  language = $state<Language>(
    recall('language', navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en', oneOf('en', 'zh')),
  );
  theme = $state<Theme>(recall('theme', 'system', oneOf('system', 'light', 'dark')));
  /** Large type, to be read from the back of a room. */
  large = $state(recall<boolean>('large', false, oneOf(true, false)));
  /** Share of the width that the lesson has, of the height the terminal has. */
  columns = $state(recall('columns', 0.38, share));
  rows = $state(recall('rows', 0.4, share));
  /** Id of the lesson that was last on the desk. */
  at = $state(recall<string>('at', '', (v) => typeof v === 'string'));
  /** Size of a terminal's type, px. */
  terminalType = $state(recall<number>('terminalType', TYPE, (v) => typeof v === 'number' && v >= 8 && v <= 40));
  /** Terminals are also told as text. */
  transcript = $state(recall<boolean>('transcript', false, oneOf(true, false)));
  /** The page, loaded again, goes on where it was. */
  resume = $state(recall<boolean>('resume', true, oneOf(true, false)));
  /** The Tab key leaves a terminal instead of completing a word in it. */
  tabLeaves = $state(recall<boolean>('tabLeaves', false, oneOf(true, false)));
  #systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (e) => {
      this.#systemDark = e.matches;
    });
    $effect.root(() => {
      $effect(() => {
        document.documentElement.lang = this.language === 'zh' ? 'zh-CN' : 'en';
        document.documentElement.dataset.theme = this.theme;
        document.documentElement.toggleAttribute('data-large', this.large);
        for (const key of KEPT) keep(key, this[key]);
      });
    });
  }

  /** @param by 1 larger, -1 smaller, 0 as it was at first */
  zoomTerminal(by: 1 | 0 | -1): void {
    this.terminalType = by === 0 ? TYPE : Math.max(8, Math.min(40, this.terminalType + by));
  }

  /** How much larger than usual type is. @see app.css, [data-large] */
  get scale(): number {
    return this.large ? 1.375 : 1;
  }

  /** Size of a terminal's type as it is drawn, px. */
  get terminalPx(): number {
    return Math.round(this.terminalType * this.scale);
  }

  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && this.#systemDark);
  }

  get t(): Strings {
    return strings[this.language];
  }
}

export const settings = new Settings();
