/** Dockerfiles read: words and variables, here-documents, lines. @see moby/buildkit frontend/dockerfile/{shell,parser} */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the forms are those of Dockerfiles
import { expect, test } from 'vitest';
import { parse } from '../../../../src/docker/engine/build/syntax/parser.ts';
import { lex } from '../../../../src/docker/engine/build/syntax/shell.ts';
import { ignoreRules, isIgnored } from '../../../../src/docker/ignore.ts';

const ENV = new Map([
  ['PWD', '/home'],
  ['SHELL', 'bash'],
  ['NAME', 'a.tar.gz'],
  ['EMPTY', ''],
  ['KOREAN', '한국어'],
]);

const one = (word: string): string => {
  try {
    return lex(word, ENV).text;
  } catch {
    return 'error';
  }
};

test('words: quotes, escapes, variables and their forms', () => {
  const cases: Record<string, string> = {
    "he'll'o": 'hello',
    "he'llo": 'error',
    "he\\'llo": "he'llo",
    '"abc\\tdef"': 'abc\\tdef',
    'abc\\tdef': 'abctdef',
    'hello\\': 'hello',
    '"hello': 'error',
    "'hello\\'": 'hello\\',
    he$1x: 'hex',
    'he$.x': 'he$.x',
    'he\\$PWD': 'he$PWD',
    'he\\\\$PWD': 'he\\/home',
    'he${}': 'error',
    'he${PWD': 'error',
    'he${.}': 'error',
    'he${XXX:YYY}': 'error',
    'he${XXX:-${YYY:-yyy}}xx': 'heyyyxx',
    'he${EMPTY:-x}${EMPTY-x}': 'hex',
    'he${PWD:+${SHELL}}xx': 'hebashxx',
    'he${XXX:-\\${PWD}z}xx': 'he${PWDz}xx',
    '${XXX:?}': 'error',
    "'$PWD'": '$PWD',
    '${NAME#*.}|${NAME##*.}|${NAME%.*}|${NAME%%.*}': 'tar.gz|gz|a.tar|a',
    '${NAME/./_}|${NAME//./_}|${NAME/[ar]/x}': 'a_tar.gz|a_tar_gz|a.tar.gz',
    안녕$KOREAN: '안녕한국어',
  };
  for (const [word, expected] of Object.entries(cases)) expect(one(word), word).toBe(expected);
  expect(lex('a "b c" $PWD d\\ e', ENV).words).toEqual(['a', 'b c', '/home', 'd e']);
  expect(() => lex('${X?no}', ENV)).toThrow('failed to process "${X?no}": X: no');
});

test('lines: continued, with comments and gaps between, escaped otherwise', () => {
  const { nodes, gaps } = parse('# escape=`\nFROM a\nRUN one `\n# no\n\n  two\nRUN b\n');
  expect(nodes.map((n) => [n.word, n.args, n.at.start, n.at.end])).toEqual([
    ['FROM', ['a'], 2, 2],
    ['RUN', ['one   two'], 3, 6],
    ['RUN', ['b'], 7, 7],
  ]);
  expect(gaps).toEqual([{ start: 3, end: 6 }]);
});

test('here-documents: several, quoted, without tabs, and what is none', () => {
  const { nodes } = parse(
    'FROM a\nCOPY <<-A 3<<"B C" /x/\n\tone\n\tA\n$two\nB C\nRUN ["<<EOF"]\nRUN cat <<E && x\nin\nE\n',
  );
  expect(nodes[1]?.heredocs).toEqual([
    { name: 'A', fd: 0, chomp: true, expand: true, content: '\tone\n' },
    { name: 'B C', fd: 3, chomp: false, expand: false, content: '$two\n' },
  ]);
  expect(nodes[2]?.heredocs).toEqual([]);
  expect(nodes[3]?.heredocs[0]?.content).toBe('in\n');
  expect(() => parse('FROM a\nRUN <<E\nx')).toThrow('unterminated heredoc');
});

test('.dockerignore: the last rule that fits a path, or a directory above it, decides', () => {
  const cases: [string, string, boolean][] = [
    ['foo/**', 'foo/bar', true],
    ['**/x', 'a/b/x/y', true],
    ['**/x', 'x', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md', 'a/b.md', false],
    ['**/*.md', 'a/b.md', true],
    ['[a-c]?x', 'bzx', true],
    ['/foo/', 'foo/x', true],
    ['foo\n!foo/bar', 'foo/bar', false],
    ['a.b', 'axb', false],
    ['c/../b', 'b', true],
    ['#foo', '#foo', false],
  ];
  for (const [rules, path, ignored] of cases) expect(isIgnored(ignoreRules(rules), path), rules).toBe(ignored);
});
