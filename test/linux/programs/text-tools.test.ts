/** The text tools, held against the real ones of this computer: same input, same command, same bytes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { makeLab } from '../../rig.ts';

/** Input of every case: in both worlds a file /tmp/t/in. */
const INPUT = `GET / 200 12
GET /favicon.ico 404 9
POST /login 302 0
GET / 200 12

get /Über 200 33
10.0.0.1	tab	separated
10.0.0.20	tab	last
`;

const CASES: readonly string[] = [
  'cat in',
  'cat -n in',
  'cat -A in',
  'head -n 2 in',
  'head -3 in',
  'head -c 7 in',
  'head -n -3 in',
  'tail -n 2 in',
  'tail -n +6 in',
  'tail -c 5 in',
  'wc in',
  'wc -l < in',
  'wc -lw in in',
  "cut -d' ' -f2 in",
  'cut -f1,3 in',
  'cut -c1-4 in',
  "cut -d' ' -f3- --output-delimiter=: in",
  'sort in',
  'sort -r in',
  'sort -k3,3n -k2 in',
  "sort -t' ' -k4nr in",
  'sort -u in',
  "printf '10\\n9\\n2\\n1\\n' | sort -n",
  "printf '1K\\n2M\\n512\\n' | sort -h",
  "printf 'v1.10\\nv1.9\\nv1.2\\n' | sort -V",
  'sort in | uniq -c',
  'sort in | uniq -d',
  'tr a-z A-Z < in',
  "tr -d '[:digit:]' < in",
  "tr -s ' ' < in",
  "tr -cd '[:alpha:]\\n' < in",
  "tr '\\t' , < in",
  'seq 5',
  'seq 2 3 14',
  'seq -w 8 11',
  'seq -s , 4',
  'seq 3 -1 1',
  'seq 0.5 0.5 2',
  'grep GET in',
  'grep -c GET in',
  'grep -v GET in',
  'grep -in get in',
  'grep -o "[0-9]\\+" in',
  'grep -E "20[0-9]|404" in',
  'grep -w 9 in',
  'grep -A1 favicon in',
  'grep -B1 -n login in',
  'grep -F . in',
  'grep -q GET in && echo yes',
  'grep nothing in; echo $?',
  'grep -l GET in in',
  "grep -E '(^| )/( |$)' in",
  "grep '^10\\.0\\.0\\.\\([0-9]\\)' in",
  "printf 'a1\\0b2\\nb3\\0c' > z; grep -z b z; grep -zo 'b.' z; grep -zc . z; grep -zn '^b3' z; rm z",
  'mkdir -p g/a g/b.d; for f in g/1.txt g/2.log g/a/3.txt g/b.d/4.log; do echo x > $f; done',
  'cd g; grep -r --include=*.txt x . | sort; grep --include=*.txt x 1.txt 2.log; grep -r --exclude="*.log" x | sort',
  'cd g; grep -r --include=*.txt --exclude=1* x; grep -r --exclude-dir=b* --include=*.log x .; grep -r --exclude-dir=. x | sort; grep -r --exclude-dir=a/ x | sort',
  'cd g; grep -r --exclude-dir=. x .; grep -r --include=*.c x < 1.txt; echo $?; cd ..; rm -r g',
  "sed 's/GET/PUT/' in",
  "sed -n '2p' in",
  "sed -n '2,4p' in",
  "sed '/favicon/d' in",
  "sed -n '/POST/,$p' in",
  "sed 's/\\([a-z]*\\) \\(.*\\)/\\2 \\1/' in",
  "sed -E 's/([0-9]+) ([0-9]+)$/\\2-\\1/' in",
  "sed 's/o/0/2g' in",
  "sed '1i first' in",
  "sed '$a last' in",
  "sed '2c changed' in",
  "sed 'y/abc/xyz/' in",
  "sed -n '$=' in",
  "sed '1!G;h;$!d' in",
  "sed -e :a -e '$!N;s/\\n/|/;ta' in",
  "sed 's/.*/\\U&/' in",
  "sed -n '/GET/{s/GET //;p}' in",
  "sed '0~2d' in",
  "awk '{print $2}' in",
  "awk '{print $1, $NF}' in",
  "awk -F'\\t' '{print $2}' in",
  "awk '$3 == 200 {n++} END {print n, NR}' in",
  "awk '/GET/ {s += $4} END {print s/2}' in",
  "awk '{c[$1]++} END {for (k in c) print k, c[k]}' in | sort",
  'awk \'BEGIN {printf "%5.2f|%-5s|%05d|%x\\n", 3.14159, "ab", 42, 255}\'',
  'awk \'{gsub(/[0-9]/, "#"); print}\' in',
  "awk 'NR==2, NR==4' in",
  "awk 'NR < 5 {print length($0), toupper($1), substr($0, 2, 3)}' in",
  "awk 'BEGIN {while (i < 3) {i++; if (i == 2) continue; print i}}'",
  "awk 'function f(x) {return x * 2} BEGIN {print f(21)}'",
  "awk -v n=3 'NR > n' in",
  'awk \'BEGIN {n = split("a:b:c", p, ":"); print n, p[1], p[3]}\'',
  'awk \'{ $2 = "X"; print }\' OFS=- in',
  "awk 'NR < 5 && match($0, /[0-9]+/) {print RSTART, RLENGTH}' in",
  "awk 'BEGIN {print 1e6, 0.1 + 0.2, 1/3, 1000 * 1000, -3 % 2, 2 ^ 10}'",
  'awk \'BEGIN {print "a" "b" 1 + 2, 1 == 1.0, "10" < "9", 10 < 9}\'',
  'awk \'BEGIN {print index("hello", "l"), sprintf("%c%c", 72, "iX")}\'',
  "awk 'END {print $0}' in",
  'awk \'{print > "/dev/stderr"}\' in 2>&1 | head -2',
  'awk \'BEGIN {"echo hi" | getline x; print x}\'',
  'awk \'{print | "sort -r"}\' in',
  "awk '!seen[$1]++' in",
  'xargs -n 2 < in',
  "printf 'a b\\nc\\n' | xargs -I{} echo '<{}>'",
  "printf 'a\\0b c\\0' | xargs -0 -n1 echo",
  'echo x y | xargs -t echo 2>&1',
  'tee out < in > /dev/null; cat out',
  'rev in',
  'tac in',
  'nl in',
  'paste -sd, in',
  'paste in in | head -1',
  'basename /a/b.txt .txt; dirname /a/b/c',
  'mkdir -p d/e; touch d/e/f d/g; find d | sort; ls d; rm -r d; ls d 2>&1',
  'cp in c1; mv c1 c2; wc -c c2; rm c2; ls',
  'mkdir -p L/zdir L/adir; cd L; touch -d "2024-02-29 12:34:56" m c; touch -d 2024-01-01 zdir adir; seq -f %03g 1 30 | xargs touch -d 2025-01-01; ls -m; ls -mp m zdir -d; ls -lm m c',
  'cd L; ls --group-directories-first; ls -r --group-directories-first; ln -s zdir l; ls -d --group-directories-first l c zdir; rm l',
  "cd L; for t in long-iso full-iso iso locale +%s '+%Y\n%H'; do ls -l --time-style=\"$t\" m c | sed 's/.* 0 //'; ls -l --time-style=bogus m; echo $?; done",
  "cd L; ls --full-time m c | sed 's/.* 0 //'; ls --time-style=bogus m; cd ..; rm -r L",
  'mkdir -p x/s y/s x/only x/m y/t; echo a > x/f; echo b > y/f; for i in x y; do echo 1 > $i/s/q; echo k > $i/k; done; echo new > y/n; echo z > y/m; echo h > x/only/h',
  'for o in -r -rq -rN -rNq -rs -N; do diff $o x y; echo $?; done; diff x y; diff x/f y; diff x y/f; diff x/s y/s; echo $?',
  "find x y -type f | xargs touch -d '2026-01-02 03:04:05'; diff -ruN x y; diff -rcN x y; diff -rU 0 x y; rm -r x y",
  "seq 1 20 > a; seq 1 20 | sed '3d;9s/.*/nine/;18a extra' > b; touch -d 2026-01-01 a b; diff -c a b; diff -C 1 a b; diff -U1 a b; diff a b; diff -c b a; diff -s a a; diff -q a b; diff nosuch a; echo $?",
  "printf 'A b\\nx\\ny\\n' > a; printf 'ab\\nx\\nz\\n' > b; diff -wi a b; diff -N nosuch a; printf 'a\\0' > b; diff a b; echo $?; rm a b",
  "expand in; printf ' \\ta\\tb\\n' | expand -t 4; printf '\\ta\\tb\\n' | expand -i",
  'mkdir p; cd p; seq 7 | split -l 3; head x*; split -b 20 -d -a 3 --additional-suffix=.bin ../in q; wc -c q*; seq 30 | split -l 1 -a 1 - z; echo $?; ls z*; split nosuch; split -l 0 ../in; echo $?; cd ..; rm -r p',
  'groups root nosuch; echo $?; groups daemon',
  'ln -s in l; readlink l; cat l | head -1; rm l',
  'chmod 750 in; stat -c "%a %s %F" in; chmod 644 in',
  'find . -name "i*" -type f',
  'find . -foo 2>&1; echo $?',
  'find . -mtime x 2>&1; find . -mmin 2>&1; find . -newer nosuch; find . name | sort; echo $?',
  'mkdir -p m/e m/d; : > m/none; echo x > m/d/f; find m -empty | sort; find m -type d -empty; rm -r m',
  'touch -d "2 days ago" o2; touch -d "26 hours ago" o26; touch -d "90 minutes ago" o90; find . -name "o*" -mtime 1 | sort; find . -name "o*" -mtime +0 | sort; find . -name "o*" -mtime -1 | sort; find . -name "o*" -mmin +120 | sort; find . -name "o*" -mmin -120 | sort; find . -name "o*" -newer o26 | sort; rm o2 o26 o90',
  'touch -d "2024-02-29 12:34:56" w; touch -r w v; touch -t 199912312359.58 u; touch -t 2405060708 t; stat -c "%n %Y %y" u v w t; rm u v w t',
  'touch -t 99 w; touch -t 202402300000 w; touch -d bogus w; touch -r nosuch w; echo $?; ls w',
  'date -u -d @1795471200 +%Y-%m-%dT%H:%M:%S',
  "date -u -d '2026-11-23 22:31:44' '+%a %d %b %j %s'",
  'cat nosuch; echo $?',
  'yes | head -3',
  'cut in; echo $?',
  'sort -k in; echo $?',
  'gzip < in | zcat',
  'cp in x; gzip x; ls; gzip -k x.gz 2>&1; echo $?; gunzip -k x.gz; cmp in x; gunzip x.gz 2>&1; echo $?; rm -f x x.gz',
  'gunzip in 2>&1; echo $?; gzip nosuch . 2>&1; echo $?; echo hi | gunzip 2>&1; echo $?; zcat nosuch 2>&1',
  'gzip -c in > y.gz; gzip -t y.gz; echo $?; gzip -l < y.gz | tail -n 1 | tr -s " 0-9.%" _; mv in i; gunzip -N y.gz; cmp in i; ls; mv i in',
  'tar czf t.tgz in; tar tzf t.tgz; tar xzOf t.tgz in | cmp - in; rm t.tgz',
  "sed 's/404/405/;3d;$a more' in > B; diff -y in B; echo $?; diff -y -W 60 B in; diff -y --suppress-common-lines in B; diff -y in in; diff -y -W x in B 2>&1; diff -U x in B 2>&1; echo $?; rm B",
];

const here = '/tmp/drydock-text-tools';
const ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: '/root' };

/** What the real tools answer, all in one go: a process for each would take most of the time. */
function realAnswers(): { stdout: string; exit: number }[] {
  const script = CASES.map((c, i) => `(${c}\n) > ../answers/${i} 2> /dev/null; echo $? > ../answers/${i}.exit`);
  spawnSync('bash', ['-s'], { cwd: `${here}/files`, env: ENV, input: script.join('\n') });
  return CASES.map((_, i) => ({
    stdout: readFileSync(`${here}/answers/${i}`, 'utf8'),
    exit: Number(readFileSync(`${here}/answers/${i}.exit`, 'utf8')),
  }));
}

describe('text tools', () => {
  let lab: Lab;
  let answers: { stdout: string; exit: number }[] = [];

  beforeAll(async () => {
    lab = await makeLab();
    rmSync(here, { recursive: true, force: true });
    for (const dir of ['files', 'answers']) mkdirSync(`${here}/${dir}`, { recursive: true });
    writeFileSync(`${here}/files/in`, INPUT);
    answers = realAnswers();
    await lab.run('node1', `mkdir -p ${here}/files; cat > ${here}/files/in`, {
      stdin: new TextEncoder().encode(INPUT),
    });
  });
  afterAll(() => rmSync(here, { recursive: true, force: true }));

  it.each(CASES.map((command, i) => ({ command, i })))('$command', async ({ command, i }) => {
    const { stdout, exit } = await lab.run('node1', `cd ${here}/files; ${command}`);
    expect({ stdout, exit }).toEqual(answers[i]);
  });
});
