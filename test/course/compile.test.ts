/** A lesson's files made into a lesson, and what is refused, with file and line. */
import { describe, expect, it } from 'vitest';
import { compileLesson, type LessonFiles, sound, tellFault } from '../../src/course/compile/compile.ts';
import { readWords } from '../../src/course/compile/words.ts';
import { fill, liveValues } from '../../src/course/live.ts';
import { bent, filesOf, folders, small } from './files.ts';

const faultsOf = (files: LessonFiles): string[] => {
  const compiled = compileLesson(files);
  return Array.isArray(compiled) ? compiled.map(tellFault) : [];
};

describe('compileLesson', () => {
  const lesson = sound('x', compileLesson(small));

  it('turns words into blocks', () => {
    const one = lesson.text.en.steps.one;
    expect(one?.title).toBe('Do it');
    expect(one?.blocks.map((b) => b.kind)).toEqual(['html', 'run', 'ask', 'goals', 'callout']);
    expect(one?.blocks[1]).toEqual({ kind: 'run', machine: 'node1', text: 'docker ps' });
    expect(one?.hints.command?.at(-1)).toEqual({ kind: 'run', machine: 'node1', text: 'ls' });
    expect(Object.keys(one?.when ?? {})).toEqual(['asleep']);
    expect(Object.keys(one?.fail ?? {})).toEqual(['stopped']);
    expect(one?.questions.who).toMatchObject({ choices: [], right: [{ html: '<p>Yes.</p>' }] });
    expect(Object.keys(one?.questions.who?.wrong ?? {})).toEqual(['', 'image']);
  });

  it('takes the last list of a question as its choices', () => {
    const { text } = readWords('# T\n\n## S {#s}\n\n> [!ask q] Which?\n>\n> - `a`\n> - b\n', 'en.md');
    expect(text.steps.s?.questions.q).toMatchObject({ choices: ['<code>a</code>', 'b'] });
    expect(text.steps.s?.questions.q?.blocks).toEqual([{ kind: 'html', html: '<p>Which?</p>' }]);
  });

  it('gives commands a machine', () => {
    expect(lesson.plan.steps[1]?.run).toEqual([{ machine: 'node1', run: 'docker rm -f box' }]);
  });

  it('makes what a step uses into a failure with words', () => {
    const { plan, text } = sound(
      'x',
      compileLesson(bent('lesson.yaml', '  - id: two\n', '  - id: two\n    uses: [box, tool]\n    stops: [tool]\n')),
    );
    expect(plan.steps[1]?.fail).toMatchObject([{ id: 'uses', back: 'restart' }]);
    const of = (more: object) => ({ container: { machine: 'node1', ...more } });
    expect(plan.steps[1]?.fail[0]?.when).toEqual({
      any: [of({ name: 'box', count: 0 }), of({ name: 'box', state: 'exited' }), of({ name: 'tool', count: 0 })],
    });
    expect(JSON.stringify(text.en.steps.two?.fail.uses)).toContain('<code>docker start box</code>');
    expect(JSON.stringify(text.en.steps.two?.fail.uses)).toContain('<code>box</code> and <code>tool</code>');
    expect(JSON.stringify(text.zh.steps.two?.fail.uses)).toContain('<code>box</code> 和 <code>tool</code>');
    expect(plan.steps[0]?.fail.map((f) => f.id)).toEqual(['stopped']);
  });

  it('links lessons', () => {
    const { text, links } = readWords('# T\n\nSee [that](lesson:other/step).\n', 'en.md');
    expect(text.intro).toEqual([{ kind: 'html', html: '<p>See <a href="#/other/step">that</a>.</p>' }]);
    expect(links).toEqual([{ line: 3, to: 'other/step' }]);
  });

  it('leads http links into the lab, where live values may stand in them', () => {
    const { text, faults } = readWords('# T\n\nOpen [it](http://192.168.56.11:{{port}}/a?b=1&c).\n', 'en.md');
    const html =
      '<p>Open <button type="button" class="visit" value="http://192.168.56.11:{{port}}/a?b=1&amp;c">it</button>.</p>';
    expect(text.intro).toEqual([{ kind: 'html', html }]);
    expect(faults).toEqual([]);
    expect(fill(html, { port: '8080' })).toContain('value="http://192.168.56.11:8080/a?');
  });

  it('takes words of templates for what they are', () => {
    const files = bent('en.md', 'Intro', 'Say `{{if .Up}}yes{{else}}no{{end}}` and {{port}}.');
    expect(faultsOf(files)).toEqual([]);
  });

  const bad: [string, LessonFiles, RegExp][] = [
    ['a missing step', bent('zh.md', /## Do it \{#two\}[\s\S]*## End/, '## End'), /^zh\.md:1: sections/],
    [
      'too few goals',
      bent('en.md', '- [ ] goal\n- [ ] goal\n', '- [ ] goal\n'),
      /^en\.md:5: #one: 1 goal for 2 checks: a "- \[ \]" for each/,
    ],
    ['no hint', bent('en.md', '> [!pointer] b\n\n', ''), /^en\.md:5: #one: no hint \[!pointer\]/],
    ['other commands', bent('zh.md', 'docker ps', 'docker ps -a'), /^zh\.md:5: #one: differs from en\.md/],
    ['raw HTML', bent('en.md', 'Intro', '<script>x</script>'), /^en\.md:3: raw HTML/],
    ['stars', bent('zh.md', 'Intro', '**词。**词'), /^zh\.md:3: stars that make nothing bold/],
    ['a picture', bent('en.md', 'Intro', '![x](https://x/y.png)'), /^en\.md:3: a picture/],
    ['another link', bent('en.md', 'Intro', '[x](javascript:x)'), /^en\.md:3: a link leads/],
    ['no anchor', bent('en.md', 'Intro', '## Lost'), /^en\.md:3: a heading without an anchor/],
    [
      'an unknown check',
      bent('lesson.yaml', /\{ call: .* \}/, '{ typed: ls }'),
      /^lesson\.yaml:33: steps\.1\.check: there is no check typed: a check is one of/,
    ],
    [
      'several checks in one',
      bent('lesson.yaml', /\{ call: .* \}/, '{ container: {}, answer: who }'),
      /^lesson\.yaml:33: steps\.1\.check: several checks in one: make them a list under all/,
    ],
    [
      'a list of checks by itself',
      bent('lesson.yaml', /\{ call: .* \}/, '[{ container: {} }]'),
      /^lesson\.yaml:33: steps\.1\.check: several checks are a list under all/,
    ],
    [
      'a command that YAML takes for something else',
      bent('lesson.yaml', 'run: docker rm -f box', 'run: ["echo", {echo: b}]'),
      /run: a command is text or/,
    ],
    [
      'an unknown field',
      bent('lesson.yaml', 'version: 1', 'version: 1\nextra: 1'),
      /^lesson\.yaml:4: extra: there is no such field/,
    ],
    ['a missing field', bent('lesson.yaml', 'minutes: 1\n', ''), /minutes: is missing/],
    ['bad YAML', bent('lesson.yaml', 'id: x', 'id: {'), /^lesson\.yaml:\d+:/],
    ['no words of a hint', bent('en.md', '> [!when asleep] It sleeps.\n\n', ''), /no words \[!when asleep\]/],
    ['words of no hint', bent('lesson.yaml', 'id: asleep', 'id: awake'), /lesson\.yaml has no "asleep"/],
    ['no words of a question', bent('en.md', '> [!ask who] Who?\n\n', ''), /no words \[!ask who\]/],
    ['no words for a wrong answer', bent('en.md', '> [!wrong who] No.\n\n', ''), /no words \[!wrong who\]/],
    [
      'a question that nothing asks for',
      bent('lesson.yaml', '        - answer: who\n', '        - container: {}\n'),
      /lesson\.yaml:27: nothing asks for it/,
    ],
    [
      'a machine that is not there',
      bent('lesson.yaml', 'machine: node1', 'machine: node2'),
      /there is no machine node2/,
    ],
    [
      'a step that comes later',
      bent('lesson.yaml', '  - id: two\n', '  - id: two\n    needs: [three]\n'),
      /three is no step before/,
    ],
    [
      "a value with the name of a template's word",
      bent('lesson.yaml', 'live: { port:', 'live: { end: { container: {}, show: name, until: x }, port:'),
      /\{\{end\}\} is a word of Go's templates/,
    ],
    [
      'a container that may be stopped and is not used',
      bent('lesson.yaml', '  - id: two\n', '  - id: two\n    stops: [box]\n'),
      /box is not among what the step uses/,
    ],
    ['a fail with the name of uses', bent('lesson.yaml', 'id: stopped', 'id: uses'), /a fail cannot be called uses/],
    ['a value that is not declared', bent('en.md', '{{port}}', '{{pork}}'), /\{\{pork\}\} is not declared/],
  ];
  it.each(bad)('refuses %s', (_, files, message) => {
    expect(faultsOf(files).join('\n')).toMatch(new RegExp(message.source, 'm'));
  });

  it('reads the real lessons', () => {
    expect(folders.length).toBeGreaterThan(3);
    for (const folder of folders) expect(faultsOf(filesOf(folder))).toEqual([]);
  });

  it('shows live values, or what stands for them', () => {
    expect(liveValues(lesson.plan, undefined)).toEqual({ port: 'PORT' });
    expect(fill('at {{port}} and {{ .Name }}', { port: '80' })).toBe('at 80 and {{ .Name }}');
  });
});
