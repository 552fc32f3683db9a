/** The lessons as they are shipped, proved on fresh labs. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LessonFiles } from '../../src/course/loader.ts';
import { proveLesson } from '../../src/course/prove.ts';
import { createLab } from '../../src/lab/create.ts';
import { coreBytes } from '../core.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const makeLab = (options: { seed: number; hosts: number }) =>
  createLab({ wasm: coreBytes, turn: () => new Promise((resolve) => setImmediate(resolve)) }, options);

const filesOf = (lesson: string): LessonFiles => {
  const read = (name: string) => readFileSync(`${root}lessons/${lesson}/${name}`, 'utf8');
  return {
    'lesson.yaml': read('lesson.yaml'),
    'en.md': read('en.md'),
    'zh.md': read('zh.md'),
    'solution.sh': read('solution.sh'),
  };
};

describe('lessons', () => {
  it.each(
    readdirSync(`${root}lessons`, { withFileTypes: true })
      .filter((e) => e.isDirectory())
      .map((e) => e.name),
  )('%s is proved', async (lesson) => {
    const findings = await proveLesson(filesOf(lesson), makeLab);
    expect(findings.filter((f) => !f.ok)).toEqual([]);
    expect(findings.length).toBeGreaterThan(10);
  });

  it('a solution that does nothing proves nothing', async () => {
    const files = filesOf('01-ports');
    const idle = files['solution.sh'].replace(/^(?!#).*$/gm, 'true');
    const findings = await proveLesson({ ...files, 'solution.sh': idle }, makeLab);
    expect(findings.some((f) => !f.ok && f.what.startsWith('random'))).toBe(true);
  });
});
