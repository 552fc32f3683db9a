import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fill, liveValues } from '../../src/course/live.ts';
import { type LessonFiles, loadLesson, readSolution, readText } from '../../src/course/loader.ts';
import { scenes } from '../../src/course/prove.ts';

const YAML = `
id: x
title: { en: X, zh: 叉 }
version: 1
minutes: 1
objectives: []
engine: 28.5.2
terminals: [{ machine: node1, title: { en: a, zh: 甲 } }]
live: { port: { container: { image: busybox }, show: port, until: PORT } }
steps:
  - id: one
    check: { all: [{ container: {} }, { container: { count: 2 } }] }
  - id: two
    check: { container: { count: 0 } }
`;
const step = (id: string, goals: number, command = 'docker ps') =>
  `## Do it {#${id}}\n\nWords \`{{port}}\`.\n\n\`\`\`sh run=node3\n${command}\n\`\`\`\n\n${'- [ ] goal\n'.repeat(goals)}\n` +
  '> [!then] Once.\n\n> [!idea] a\n\n> [!pointer] b\n\n> [!command] c\n>\n> ```sh run\n> ls\n> ```\n\n';
const WORDS = `# T\n\nIntro\n\n${step('one', 2)}${step('two', 1)}## End {#end}\n\nBye\n`;
const files = (more: Partial<LessonFiles> = {}): LessonFiles => ({
  'lesson.yaml': YAML,
  'en.md': WORDS,
  'zh.md': WORDS,
  'solution.sh': '#: one\ntrue\n#: two\nfalse\n',
  ...more,
});

describe('loadLesson', () => {
  it('turns words into blocks', () => {
    const one = loadLesson(files()).text.en.steps.one;
    expect(one?.title).toBe('Do it');
    expect(one?.blocks.map((b) => b.kind)).toEqual(['html', 'run', 'goals', 'callout']);
    expect(one?.blocks[1]).toEqual({ kind: 'run', machine: 'node3', text: 'docker ps' });
    expect(one?.hints.command?.at(-1)).toEqual({ kind: 'run', machine: 'node1', text: 'ls' });
  });

  const bad: [string, Partial<LessonFiles>, RegExp][] = [
    ['a missing step', { 'zh.md': WORDS.replace(/## Do it \{#two\}[\s\S]*## End/, '## End') }, /zh\.md: sections/],
    ['too few goals', { 'en.md': WORDS.replace('- [ ] goal\n- [ ] goal\n', '- [ ] goal\n') }, /1 goals for 2 checks/],
    ['no hint', { 'en.md': WORDS.replace('> [!pointer] b\n\n', '') }, /no hint "pointer"/],
    [
      'different commands',
      { 'zh.md': WORDS.replace('docker ps', 'docker ps -a') },
      /commands of en\.md and zh\.md differ/,
    ],
    ['raw HTML', { 'en.md': WORDS.replace('Intro', '<script>x</script>') }, /raw HTML/],
    ['a heading without anchor', { 'en.md': `${WORDS}\n## Lost\n` }, /without an anchor/],
    [
      'an unknown check',
      { 'lesson.yaml': YAML.replace('{ container: { count: 0 } }', '{ typed: ls }') },
      /steps\.1\.check/,
    ],
    ['an unknown field', { 'lesson.yaml': `${YAML}\nextra: 1\n` }, /extra/],
    ['a solution out of step', { 'solution.sh': '#: two\n#: one\n' }, /solution\.sh/],
  ];
  it.each(bad)('refuses %s', (_, more, message) => {
    expect(() => loadLesson(files(more))).toThrow(message);
  });

  it('reads the real lessons', () => {
    const dir = new URL('../../lessons/01-ports/', import.meta.url);
    const read = (name: string) => readFileSync(new URL(name, dir), 'utf8');
    const lesson = loadLesson({
      'lesson.yaml': read('lesson.yaml'),
      'en.md': read('en.md'),
      'zh.md': read('zh.md'),
      'solution.sh': read('solution.sh'),
    });
    expect(lesson.plan.steps.length).toBeGreaterThan(10);
    const used = JSON.stringify(lesson.text).matchAll(/\{\{([a-z0-9-]+)\}\}/g);
    for (const [, key] of used) expect(Object.keys(lesson.plan.live)).toContain(key);
  });
});

describe('parts', () => {
  it('cuts a solution by step and by machine', () => {
    expect(readSolution('# head\n#: a\nx\n#@ node3\ny\n#: b\n')).toEqual({ a: 'x\n#@ node3\ny\n', b: '' });
    expect(scenes('x\n#@ node3\ny\n')).toEqual([
      { machine: 'node1', text: 'x' },
      { machine: 'node3', text: 'y\n' },
    ]);
  });

  it('cuts words at anchors', () => {
    expect(Object.keys(readText(WORDS, 'en.md').steps)).toEqual(['one', 'two']);
  });

  it('shows live values, or what stands for them', () => {
    const { plan } = loadLesson(files());
    expect(liveValues(plan, undefined)).toEqual({ port: 'PORT' });
    expect(fill('at {{port}} and {{ .Name }}', { port: '80' })).toBe('at 80 and {{ .Name }}');
  });
});
