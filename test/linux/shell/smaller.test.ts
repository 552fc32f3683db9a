/** What dash and ash refuse of bash's grammar, and how they say it. Dash's texts are those of dash 0.5.12. */
import { describe, expect, it } from 'vitest';
import { machine, run } from './harness.ts';

/** Script, what dash prints of it (without `sh: 1: `), its status. */
const DASH: readonly (readonly [string, string, number])[] = [
  ['echo {1..3} a{b,c}', '{1..3} a{b,c}', 0],
  ['[[ a == a ]] && echo y', '[[: not found', 127],
  ['a=(1 2)', 'Syntax error: "(" unexpected', 2],
  ['cat <<< hi', 'Syntax error: redirection unexpected', 2],
  ['cat <(echo hi)', 'Syntax error: "(" unexpected', 2],
  ['for ((i=0;i<2;i++)); do :; done', 'Syntax error: Bad for loop variable', 2],
  [`x=hello; echo \${x:1:2}; echo after`, 'Bad substitution', 2],
  [`x=hello; echo \${x^^}`, 'Bad substitution', 2],
  ['echo $((1/0)); echo after', 'arithmetic expression: division by zero: "1/0"', 2],
  ['echo $((1+))', 'arithmetic expression: expecting primary: "1+"', 2],
  ['set -u; echo $nope; echo after', 'nope: parameter not set', 2],
  [`echo \${x:?}`, 'x: parameter not set or null', 2],
  ['. /nosuch; echo after', '.: cannot open /nosuch: No such file', 2],
  ['R=1; readonly R; R=2; echo after', 'R: is read only', 2],
  ['local x=1; echo after', 'local: not in a function', 2],
  ['if', 'Syntax error: end of file unexpected (expecting "then")', 2],
  ['while true; do', 'Syntax error: end of file unexpected (expecting "done")', 2],
  ['f() {', 'Syntax error: end of file unexpected (expecting "}")', 2],
  ['echo "x', 'Syntax error: Unterminated quoted string', 2],
  [')', 'Syntax error: ")" unexpected', 2],
  ['[ 1 -eq a ]', '[: Illegal number: a', 2],
  ['[ $nope = x ]', '[: =: unexpected operator', 2],
  ['[ a = ]', '[: =: argument expected', 2],
  ['[ a', '[: missing ]', 2],
  ['shift 3; echo after', "shift: can't shift that many", 2],
  ['exit abc', 'exit: Illegal number: abc', 2],
];

/** The same of ash, whose prefix is `sh: line 0: ` where a message is the shell's own. */
const ASH: readonly (readonly [string, string, number])[] = [
  ['echo {1..3}', '{1..3}', 0],
  ['[[ a == a ]] && echo y', 'y', 0],
  [`x=hello; echo \${x:1:2} \${x/l/L}`, 'el heLlo', 0],
  ['a=(1 2)', 'ash: line 0: syntax error: unexpected "("', 2],
  ['cat <<< hi', 'ash: line 0: syntax error: unexpected redirection', 2],
  [`x=hello; echo \${x^^}`, 'ash: line 0: syntax error: bad substitution', 2],
  ['echo $((1/0)); echo after', 'ash: line 0: divide by zero', 2],
  ['if', 'ash: line 0: syntax error: unexpected end of file (expecting "then")', 2],
  ['[ 1 -eq a ]', 'ash: a: bad number', 2],
  ['[ a b c ]', 'ash: b: unknown operand', 2],
  ['kill 99999', "ash: can't kill pid 99999: No such process", 1],
  ['cd /nosuch; echo $?', "ash: line 0: cd: can't cd to /nosuch: No such file or directory\n2", 0],
];

describe('dash -c', () => {
  for (const [script, want, exit] of DASH)
    it(script, async () => {
      const r = await run(script, ['sh', '-c', script]);
      expect((r.stdout + r.stderr).trimEnd().replace(/^sh: 1: /, '')).toBe(want);
      expect(r.exit).toBe(exit);
    });
});

describe('ash -c', () => {
  for (const [script, want, exit] of ASH)
    it(script, async () => {
      const r = await run(script, ['ash', '-c', script]);
      expect((r.stderr + r.stdout).trimEnd()).toBe(want);
      expect(r.exit).toBe(exit);
    });
});

describe('bash', () => {
  it('sources what a process writes', async () => {
    const rig = await machine();
    expect(await run('', ['bash', '-c', "source <(echo 'x=5'); echo $x"], rig)).toMatchObject({ stdout: '5\n' });
  });
  it.each([
    ['unset PATH; ls', 'bash: line 1: ls: No such file or directory\n', 127],
    [
      "printf '#!/bin/nosuch\\n' > i; chmod +x i; ./i",
      'bash: line 1: ./i: cannot execute: required file not found\n',
      127,
    ],
    ['kill -9', 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n', 2],
  ])('%s', async (script, stderr, exit) => expect(await run(script)).toMatchObject({ stderr, exit }));
});
