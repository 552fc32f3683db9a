/**
 * Vite plugin: lessons/NN-slug/ as modules, compiled when the page is built. `drydock:plans` is what the worker needs
 * (data of the checks), `drydock:texts` what the page shows.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { loadLesson } from './src/course/loader.ts';

const FILES = ['lesson.yaml', 'en.md', 'zh.md', 'solution.sh'] as const;

/** @param dir the lessons' folder */
export function lessons(dir: string): Plugin {
  const names = () =>
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  const load = () =>
    names().map((name) =>
      loadLesson(
        Object.fromEntries(FILES.map((f) => [f, readFileSync(join(dir, name, f), 'utf8')])) as Record<
          (typeof FILES)[number],
          string
        >,
      ),
    );
  return {
    name: 'drydock-lessons',
    resolveId: (id) => (id === 'drydock:plans' || id === 'drydock:texts' ? `\0${id}` : undefined),
    load(id) {
      if (id !== '\0drydock:plans' && id !== '\0drydock:texts') return undefined;
      for (const name of names()) for (const f of FILES) this.addWatchFile(join(dir, name, f));
      const all = load();
      return id === '\0drydock:plans'
        ? `export const plans = ${JSON.stringify(all.map((l) => l.plan))};`
        : `export const lessons = ${JSON.stringify(all)};`;
    },
  };
}

/** Takes the content security policy out of the page while it is being developed: hot reload needs inline code. */
export const relaxWhileDeveloping: Plugin = {
  name: 'drydock-csp',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta[^>]*http-equiv="Content-Security-Policy"[^>]*>/, ''),
};
