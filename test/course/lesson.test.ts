/** The prover: each kind of fault is found. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LessonFiles } from '../../src/course/compile/compile.ts';
import { bent, folders, small } from './files.ts';
import { faultsOf } from './lessons/prove.ts';

it('the lessons of each part are proved', () => {
  const files = readdirSync(fileURLToPath(new URL('lessons/', import.meta.url)));
  const parts = [...new Set(folders.map((f) => f.slice(0, f.indexOf('/'))))];
  expect(files.filter((f) => f.endsWith('.test.ts')).sort()).toEqual(parts.map((p) => `${p}.test.ts`));
});

describe('proveLesson', () => {
  it('a small lesson with everything in it', async () => {
    expect(await faultsOf(small)).toEqual([]);
  });

  const bad: [string, LessonFiles, string][] = [
    [
      'a solution that does nothing',
      bent('lesson.yaml', 'docker run -d --name box busybox sleep 1000\n    check', 'echo\n    check'),
      'one: the solution passes',
    ],
    [
      'a step that passes by itself',
      bent('lesson.yaml', /\{ call: .* \}/, '{ link: { name: docker0 } }'),
      'two: does not pass while nothing is done',
    ],
    [
      'a goal that holds before',
      bent('lesson.yaml', '- container: { name: box, state: running }', '- link: { name: docker0 }'),
      'one: goal 1 holds before anything is done',
    ],
    [
      'a question without an answer',
      bent('lesson.yaml', 'is: { container: { name: box }', 'is: { container: { name: fox }'),
      'one: question who can be answered',
    ],
    [
      'a wrong answer that is right',
      bent('lesson.yaml', '[{ id: image, is: busybox }]', '[{ id: image, is: box }]'),
      'one: question who can be answered',
    ],
    ['a hint that never comes', bent('lesson.yaml', 'busybox true', 'busybox sleep 9'), 'one: hint asleep can come up'],
    ['a break that is not noticed', bent('lesson.yaml', 'docker create', 'docker run -d'), 'one: stopped is noticed'],
    [
      'a way back that does not lead back',
      bent('lesson.yaml', 'back: docker rm box', 'back: docker ps'),
      'one: the way back from stopped',
    ],
  ];
  it.each(bad)('finds %s', async (_, files, fault) => {
    const found = await faultsOf(files);
    expect(found.map((f) => f.replace(/^lesson\.yaml:[1-9]\d*: /, ''))).toContain(fault);
  });
});
