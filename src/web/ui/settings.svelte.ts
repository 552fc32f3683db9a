/** What a learner has chosen, kept in the browser (or only for this visit, where the browser keeps nothing). */
import type { Language } from '../../course/schema.ts';
import { type Strings, strings } from './strings.ts';

export type Theme = 'system' | 'light' | 'dark';

function recall<T extends string | number>(key: string, fallback: T, good: (v: unknown) => boolean): T {
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

class Settings {
  language = $state<Language>(
    recall('language', navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en', oneOf('en', 'zh')),
  );
  theme = $state<Theme>(recall('theme', 'system', oneOf('system', 'light', 'dark')));
  /** Share of the width that the lesson has, of the height the terminal has. */
  columns = $state(recall('columns', 0.38, share));
  rows = $state(recall('rows', 0.4, share));
  #systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (e) => {
      this.#systemDark = e.matches;
    });
    $effect.root(() => {
      $effect(() => {
        document.documentElement.lang = this.language === 'zh' ? 'zh-CN' : 'en';
        document.documentElement.dataset.theme = this.theme;
        for (const key of ['language', 'theme', 'columns', 'rows'] as const) keep(key, this[key]);
      });
    });
  }

  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && this.#systemDark);
  }

  get t(): Strings {
    return strings[this.language];
  }
}

export const settings = new Settings();
