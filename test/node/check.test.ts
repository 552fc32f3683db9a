/** drydock check: what it says of a course, a lesson that is wrong, and as JSON. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bent, small } from '../course/files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const place = `${root}test/artifacts/lessons`;

/** A folder with one lesson in it. */
function lesson(files: Readonly<Record<string, string>>): string {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(`${place}/01-part/01-x`, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(`${place}/01-part/01-x/${name}`, text);
  return place;
}

const check = (...args: string[]) =>
  spawnSync('node', ['scripts/drydock.mjs', 'check', ...args], { cwd: root, encoding: 'utf8' });

describe('drydock check', () => {
  it('proves a lesson and tells the time', () => {
    const { stdout, status } = check(lesson({ ...small }));
    expect(stdout).toMatch(/01-x: 0 faults, \d+\.\d s\n\n1 lesson, 0 faults, \d+\.\d s\n$/);
    expect(status).toBe(0);
  });

  it('names file and line of a fault', () => {
    const { stdout, status } = check(lesson({ ...bent('zh.md', 'docker ps', 'docker ps -a') }));
    expect(stdout).toMatch(/FAIL #one: differs from en\.md.*\(.*01-part\/01-x\/zh\.md:5\)/);
    expect(status).toBe(1);
  });

  it('misses a file', () => {
    const { 'zh.md': _, ...rest } = small;
    expect(check(lesson(rest)).stdout).toMatch(/FAIL is missing \(.*zh\.md:1\)/);
  });

  it('tells the same as JSON', () => {
    const { stdout, status } = check(lesson({ ...bent('lesson.yaml', 'minutes: 1\n', '') }), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      lessons: 1,
      faults: 1,
      reports: [{ findings: [{ ok: false, what: 'minutes: is missing', file: 'lesson.yaml' }] }],
    });
    expect(status).toBe(1);
  });

  it('holds the outline against the folders, and follows links', () => {
    const outline = readFileSync(`${root}lessons/course.yaml`, 'utf8').replace(/lessons: \[.*\]/, 'lessons: [x, y]');
    lesson({ ...bent('en.md', 'Intro', 'See [it](lesson:z) and [this](lesson:x).'), 'zh.md': small['zh.md'] });
    writeFileSync(`${place}/course.yaml`, outline);
    cpSync(`${place}/01-part`, `${place}/01-ports`, { recursive: true });
    const { stdout } = check(place);
    expect(stdout).toMatch(/FAIL there is no folder 01-ports\/02-y/);
    expect(stdout).toMatch(/FAIL 01-part\/01-x is not in its place/);
    expect(stdout).toMatch(/FAIL there is no lesson z \(01-ports\/01-x\/en\.md:3\)/);
    expect(stdout).not.toContain('links agree');
    writeFileSync(`${place}/01-ports/01-x/lesson.yaml`, 'id: x');
    const half = check(place).stdout;
    expect(half).toContain('title: is missing');
    expect(half).not.toContain('there is no lesson x');
  });
});
