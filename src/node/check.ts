/** drydock check [DIR]: proves a course, a part of it, or one lesson. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Compiled, compile, compileCourse, LESSON_FILES, type LessonFiles } from '../course/compile/compile.ts';
import { courseJsonSchema, lessonJsonSchema } from '../course/jsonschema.ts';
import { foldersOf } from '../course/outline.ts';
import { type Placed, proveCourse } from '../course/prove/course.ts';
import { type Finding, proveCompiled } from '../course/prove/lesson.ts';
import { readArgs, type Subcommand, usageError } from './command.ts';
import { openLab } from './host.ts';
import { whenever } from './watch.ts';

const COURSE = 'course.yaml';

/** What editors get: lessons/NAME.schema.json. */
const SCHEMAS: Readonly<Record<string, () => unknown>> = { lesson: lessonJsonSchema, course: courseJsonSchema };

/** Folders of lessons at or below `dir`, in order. */
export function lessonFolders(dir: string): string[] {
  if (existsSync(join(dir, 'lesson.yaml'))) return [dir];
  return readdirSync(dir, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => join(dir, e.name))
    .sort()
    .flatMap(lessonFolders);
}

/** The folder of the course that `dir` is or lies in. */
function courseOf(dir: string): string | undefined {
  return [dir, dirname(dir), dirname(dirname(dir))].find((d) => existsSync(join(d, COURSE)));
}

/** What was found in one place. */
interface Report {
  /** Folder of a lesson, or the course's file. */
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Milliseconds. */
  readonly ms: number;
}

const compileFolder = (folder: string): Compiled | Finding[] => {
  const missing = LESSON_FILES.filter((f) => !existsSync(join(folder, f)));
  if (missing.length > 0) return missing.map((file) => ({ ok: false, what: 'is missing', file, line: 1 }));
  const files = LESSON_FILES.map((f) => [f, readFileSync(join(folder, f), 'utf8')]);
  const compiled = compile(Object.fromEntries(files) as unknown as LessonFiles);
  return Array.isArray(compiled)
    ? compiled.map(({ file, line, message }) => ({ ok: false, what: message, file, line }))
    : compiled;
};

/** The outline against all lessons that are there. */
function checkCourse(root: string): Report {
  const started = performance.now();
  const done = (findings: Finding[]): Report => ({
    name: join(root, COURSE),
    findings,
    ms: performance.now() - started,
  });
  const course = compileCourse(readFileSync(join(root, COURSE), 'utf8'));
  if (Array.isArray(course))
    return done(course.map((f) => ({ ok: false, what: f.message, file: f.file, line: f.line })));
  const there = lessonFolders(root).map((f) => relative(root, f));
  const listed = foldersOf(course).map((f) => f.folder);
  const places: Finding[] = [
    ...listed.filter((f) => !there.includes(f)).map((f) => ({ ok: false, what: `there is no folder ${f}` })),
    ...there
      .filter((f) => !listed.includes(f))
      .map((f) => ({ ok: false, what: `${f} is not in its place in the outline` })),
  ].map((f) => ({ ...f, file: COURSE, line: 1 }));
  const lessons: Placed[] = [];
  const unread: string[] = [];
  for (const folder of there) {
    const compiled = compileFolder(join(root, folder));
    if (Array.isArray(compiled)) unread.push(folder.replace(/^.*\/\d+-/, ''));
    else lessons.push({ folder, compiled });
  }
  return done(proveCourse(course, lessons, places, unread));
}

async function checkLesson(folder: string): Promise<Report> {
  const started = performance.now();
  const compiled = compileFolder(folder);
  const findings = Array.isArray(compiled) ? compiled : await proveCompiled(compiled, openLab);
  return { name: folder, findings, ms: performance.now() - started };
}

function print({ name, findings, ms }: Report): void {
  for (const f of findings) {
    const where =
      !f.ok && f.file ? ` (${f.file.includes('/') ? f.file : join(name.replace(COURSE, ''), f.file)}:${f.line})` : '';
    process.stdout.write(`${f.ok ? 'ok  ' : 'FAIL'} ${f.what}${where}\n`);
    if (!f.ok && f.detail) process.stdout.write(`${f.detail.trimEnd().replace(/^/gm, '     ')}\n`);
  }
  process.stdout.write(`${name}: ${counted(faultsOf(findings), 'fault')}, ${(ms / 1000).toFixed(1)} s\n\n`);
}

const faultsOf = (findings: readonly Finding[]): number => findings.filter((f) => !f.ok).length;

const counted = (n: number, of: string): string => `${n} ${of}${n === 1 ? '' : 's'}`;

/** Proves all that is in a folder. @param tell gets each report as it is done @returns the number of faults */
async function prove(dir: string, tell: (report: Report) => void, json: boolean): Promise<number> {
  const started = performance.now();
  const folders = lessonFolders(dir);
  const root = courseOf(dir);
  const reports: Report[] = root === undefined ? [] : [checkCourse(root)];
  for (const r of reports) tell(r);
  for (const folder of folders) {
    const report = await checkLesson(folder);
    reports.push(report);
    tell(report);
  }
  const faults = reports.reduce((n, r) => n + faultsOf(r.findings), 0);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(
    json
      ? `${JSON.stringify({ lessons: folders.length, faults, seconds, reports }, null, 2)}\n`
      : `${counted(folders.length, 'lesson')}, ${counted(faults, 'fault')}, ${seconds.toFixed(1)} s\n`,
  );
  return faults;
}

export const check: Subcommand = {
  name: 'check',
  usage: 'check [DIR] [--json] [--watch] | check --schema lesson|course',
  summary: 'prove a course or a lesson: files agree, nothing passes by itself, the solution passes each step',
  async run(args) {
    const parsed = readArgs(this, args, {
      json: { type: 'boolean' },
      watch: { type: 'boolean' },
      schema: { type: 'string' },
    });
    if (!parsed) return 2;
    const { schema } = parsed.values;
    if (schema !== undefined) {
      const make = SCHEMAS[schema];
      if (!make) return usageError(this, `there is no schema of a ${schema}`);
      process.stdout.write(`${JSON.stringify(make(), null, 2)}\n`);
      return 0;
    }
    const dir = parsed.operands[0] ?? 'lessons';
    if (parsed.operands.length > 1) return usageError(this, 'at most one DIR');
    if (!existsSync(dir)) return usageError(this, `there is no folder ${dir}`);
    if (lessonFolders(dir).length === 0) return usageError(this, `no lesson.yaml in ${dir}`);
    const once = () => prove(dir, parsed.values.json ? () => undefined : print, parsed.values.json !== undefined);
    const faults = await once();
    if (parsed.values.watch) await whenever(dir, once);
    return faults === 0 ? 0 : 1;
  },
};
