/** `up` in the foreground, `logs`, and progress on a terminal. */
import { beforeAll, expect, test } from 'vitest';
import { ctrl, Person } from '../../person.ts';
import { type Machine, open } from '../lab/sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out(`mkdir -p /root/two && cat > /root/two/compose.yml <<'EOF'
services:
  short:
    image: busybox
    command: sh -c 'echo one; echo two >&2; sleep 2; exit 3'
  longer:
    image: busybox
    command: sh -c 'trap "echo bye; exit 0" TERM; echo hi; while :; do sleep 1; done'
EOF`);
});

const PLAIN = 'cd /root/two && COMPOSE_PROGRESS=plain docker compose';

test('lines of all containers behind their names, until one of them ends', async () => {
  const got = await m.lab.run('node1', `${PLAIN} up --abort-on-container-exit`);
  expect(got.exit).toBe(3);
  expect(got.stdout.split('\n')[0]).toBe('Attaching to longer-1, short-1');
  expect(got.stdout).toMatch(/^longer-1 {2}\| hi$/m);
  expect(got.stdout).toMatch(/^short-1 {3}\| one$/m);
  expect(got.stderr).toMatch(/^short-1 {3}\| two$/m);
  expect(got.stdout).toContain('short-1 exited with code 3\n');
  expect(got.stderr).toContain('Aborting on container exit...');
  expect(got.stderr).toMatch(/Container two-longer-1 {2}Stopping/);
  expect(got.stdout).toMatch(/bye\n.*longer-1 exited with code 0\n$/s);
  expect((await m.lab.run('node1', `${PLAIN} up --exit-code-from longer`)).exit).toBe(0);
});

test('^C stops the containers and ends with 130; a second one kills them', async () => {
  expect(
    await m.out(`(${PLAIN} up > out 2> err; echo rc=$?) & sleep 1; pkill -INT docker-compose; wait; cat /root/two/out`),
  ).toMatch(/^rc=130\n.*hi\n.*bye\n/s);
  expect(await m.lines("cd /root/two && docker compose ps -a --format '{{.Service}} {{.State}}'")).toEqual([
    'longer exited',
    'short exited',
  ]);
  await m.out('sed -i \'s/trap "echo bye; exit 0" TERM/trap true TERM/\' /root/two/compose.yml');
  expect(
    await m.out(
      `date +%s > t; (${PLAIN} up > out 2> err; echo rc=$?) & sleep 1; pkill -INT docker-compose; sleep 1; pkill -INT docker-compose; wait; test $(($(date +%s) - $(cat t))) -lt 8 && echo soon`,
    ),
  ).toBe('rc=130\nsoon');
});

test('logs: all, one service, the last lines, as they come', async () => {
  await m.out(`${PLAIN} down -t 0 2>/dev/null; ${PLAIN} up -d 2>/dev/null; sleep 1`);
  expect((await m.lines('cd /root/two && docker compose logs')).sort()).toEqual([
    expect.stringMatching(/^longer-1 {2}\| hi$/),
    expect.stringMatching(/^short-1 {2,3}\| one$/),
    expect.stringMatching(/^short-1 {2,3}\| two$/),
  ]);
  expect(await m.out('cd /root/two && docker compose logs --no-log-prefix -n 1 short')).toMatch(/^(?:one|two)$/);
  expect(await m.out('cd /root/two && docker compose logs -t longer')).toMatch(
    /^longer-1 {2}\| \d{4}-\d\d-\d\dT\S+Z hi$/,
  );
  expect((await m.lines('cd /root/two && docker compose logs -f short')).at(-1)).toMatch(/short-1 exited with code 3$/);
});

test('on a terminal progress is a table that is drawn again', async () => {
  const got = await m.lab.run('node1', 'cd /root/two && docker compose down -t 1', { tty: { rows: 24, cols: 80 } });
  expect(got.stdout).toContain('\x1b[1A\x1b[1B\x1b[0G\x1b[?25l[+] Running ');
  expect(got.stdout).toMatch(
    /\x1b\[32m✔\x1b\[0m Network two_default {5}\x1b\[32mRemoved\x1b\[0m {30,}\x1b\[34m\d\.\ds \x1b\[0m\r\n\x1b\[\?25h$/,
  );
});

test('a person completes words, presses ^C, and gets the prompt back', async () => {
  const p = await Person.at(m.lab);
  await p.runs('cd two');
  for (const keys of ['docker comp\t', 'log\t', '--no-log\t', 'lon\t']) await p.types(keys, 1e9);
  expect(p.line).toMatch(/docker compose logs --no-log-prefix longer$/);
  await p.types(`${ctrl('u')}docker compose up longer\r`, 1e9);
  await p.sees('longer-1  | hi');
  await p.types(ctrl('c'), 1e9);
  expect(p.screen.text).toContain('Gracefully Stopping... press Ctrl+C again to force');
  await p.types(ctrl('c'), 1e9);
  await p.sees(/# $/);
  expect(await p.runs('echo $?')).toBe('130\n');
  expect(await p.runs('docker compose ps -q; docker compose --dry-run up -d 2>&1 | grep -c DRY-RUN')).toBe('7\n');
});
