/** The first part, typed in a browser as a person would: each answer on the screen, each step ticked in its turn. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

const artifacts = fileURLToPath(new URL('../artifacts', import.meta.url));
let theatre: Stage;
let visit: Visit;
let step = '';

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  theatre = await stage();
});
afterEach(() => visit?.close());
afterAll(() => theatre?.close());

/** Opens the page at a lesson. */
async function lesson(id: string): Promise<void> {
  visit = await theatre.open({ viewport: { width: 1440, height: 900 } }, `#/${id}`);
  await visit.sees(prompt('node1'));
  expect(await visit.done()).toBe(0);
}

/** All steps are ticked, and nothing was said on the console. */
async function finished(): Promise<void> {
  expect(await visit.done()).toBe(await visit.page.locator('.steps > li').count());
  expect(visit.noise).toEqual([]);
}

const ticked = (id: string): Promise<boolean> =>
  visit.page
    .locator(`li.done #step-${id}`)
    .count()
    .then((n) => n === 1);

/** Begins a step, which must be open and not done. */
async function begin(id: string): Promise<void> {
  step = id;
  await visit.page.locator(`li.open #step-${id}`).waitFor();
}

/** Types a command on a clean screen and waits for what it must show. The step may not be done before. */
async function on(machine: string, command: string, ...answers: (string | RegExp)[]): Promise<RegExpExecArray> {
  expect(await ticked(step), `step ${step} before '${command}'`).toBe(false);
  return also(machine, command, ...answers);
}

/** The same, when the step may be done already: the text asks for a second look. */
async function also(machine: string, command: string, ...answers: (string | RegExp)[]): Promise<RegExpExecArray> {
  await visit.at(machine);
  await visit.page.keyboard.press('Control+l');
  await visit.type(command);
  let last: RegExpExecArray | undefined;
  for (const answer of answers) last = await visit.sees(answer);
  return last as RegExpExecArray;
}

/** Ends a step: it gets its tick. */
async function tick(): Promise<void> {
  await visit.page.locator(`li.done #step-${step}`).waitFor({ timeout: 15_000 });
}

const picture = (name: string) => visit.page.screenshot({ path: `${artifacts}/${name}.png` });
const prompt = (machine: string) => new RegExp(`root@${machine}:~# *$`, 'm');
const ID = /^[0-9a-f]{64}/m;
const HELLO = 'Hello world!';

it('a port at random, from the first key to the last tick', async () => {
  await lesson('random-port');

  await begin('random');
  await on('node1', 'docker run -d -P training/webapp python app.py', ID);
  await tick();

  await begin('look');
  const [, port = '', name = ''] = await on(
    'node1',
    'docker ps -l',
    'CONTAINER ID',
    /0\.0\.0\.0:(\d+)->5000\/tcp, \[::\]:\d+->5000\/tcp\s+(\w+)/,
  );
  await on('node1', `docker port ${name}`, `5000/tcp -> 0.0.0.0:${port}`, `5000/tcp -> [::]:${port}`);
  await also('node1', `docker port ${name} 5000`, `0.0.0.0:${port}`, `[::]:${port}`);
  await tick();

  await begin('visit');
  await on('node1', `curl http://localhost:${port}/`, HELLO);
  await tick();

  await begin('logs');
  await on('node1', `docker logs -f ${name}`, 'Running on', '172.17.0.1 - -');
  await on('node3', `curl http://192.168.56.11:${port}/`, HELLO);
  await visit.at('node1');
  await visit.sees(/192\.168\.56\.13 - - .*"GET \/ HTTP\/1\.1" 200/);
  expect(await ticked(step)).toBe(false);
  await visit.page.keyboard.press('Control+c');
  await visit.sees('^C');
  await tick();

  await finished();
});

it('a port of your choice', async () => {
  await lesson('chosen-port');

  await begin('chosen');
  await on('node1', 'docker run -d -p 5000:5000 --name web training/webapp python app.py', ID);
  await visit.page.waitForTimeout(300);
  await on('node3', 'curl http://192.168.56.11:5000/', HELLO);
  await tick();

  await begin('local');
  await on('node1', 'docker run -d -p 127.0.0.1:5001:5000 --name local training/webapp python app.py', ID);
  await visit.page.waitForTimeout(300);
  await on('node1', 'curl http://127.0.0.1:5001/', HELLO);
  await on('node3', 'curl http://192.168.56.11:5001/', 'curl: (7)', 'Could not connect to server');
  await tick();

  await begin('local-any');
  await on('node1', 'docker run -d -p 127.0.0.1::5000 --name local2 training/webapp python app.py', ID);
  await also('node1', 'docker port local2', /5000\/tcp -> 127\.0\.0\.1:3\d{4}/);
  await tick();

  await begin('udp');
  await on('node1', 'docker run -d -p 127.0.0.1:5000:5000/udp --name udp training/webapp python app.py', ID);
  await also('node1', 'docker port udp', '5000/udp -> 127.0.0.1:5000');
  await also('node1', 'docker port udp 5000', "No public port '5000' published for udp");
  await tick();

  await begin('several');
  await on('node1', 'docker run -d -p 5002:5000 -p 3000:80 --name pair training/webapp python app.py', ID);
  await visit.page.waitForTimeout(300);
  await on('node1', 'curl http://localhost:5002/', HELLO);
  await on('node1', 'curl http://localhost:3000/', 'curl: (');
  await tick();

  await finished();
});

it('taken ports and other mappings', async () => {
  await lesson('another-mapping');

  await begin('taken');
  await on(
    'node1',
    'docker run -d -p 5000:5000 --name again training/webapp python app.py',
    ID,
    'port is already allocated',
  );
  await also('node1', 'echo $?', '125');
  await also('node1', 'docker ps -a --filter name=again', /Created +again/);
  await tick();
  await picture('chapter-middle');
  const readme = process.env.DRYDOCK_SCREENSHOT;
  if (readme) {
    await visit.page.setViewportSize({ width: 1280, height: 800 });
    await visit.page.locator('#step-taken').evaluate((e) => e.scrollIntoView({ block: 'start' }));
    await visit.page.waitForTimeout(400);
    await visit.page.screenshot({ path: readme });
  }

  await begin('address');
  const [, ip = ''] = await on(
    'node1',
    "docker inspect -f '{{ .NetworkSettings.IPAddress }}' web",
    /^(172\.17\.0\.\d+)\s*$/m,
  );
  await on('node1', `curl http://${ip}:5000/`, HELLO);
  await tick();

  await begin('remap');
  await on('node1', 'docker commit web webapp:moved', /sha256:[0-9a-f]{64}/);
  await on('node1', 'docker rm -f web', /^web/m);
  await on('node1', 'docker run -d -p 8080:5000 --name moved webapp:moved', ID);
  await tick();

  await finished();
});

it('under the hood', async () => {
  await lesson('under-the-hood');

  await begin('rules');
  await visit.page.locator('#body-rules input[value="once"]').check();
  await visit.page.locator('#body-rules .question button[type="submit"]').click();
  await on('node1', 'iptables -t nat -L DOCKER -n -v', 'tcp dpt:8080 to:172.17.0.', prompt('node1'));
  await on('node3', 'curl http://192.168.56.11:8080/', HELLO);
  await also('node1', 'iptables -t nat -L -n -v', /^ +1 +60 DNAT .*tcp dpt:8080 to:172\.17\.0\.\d+:5000/m);
  await tick();

  await begin('proxy');
  await on('node1', 'ip addr', /veth\w+@if2: <.*> .* master docker0 state UP/, prompt('node1'));
  await on('node1', 'ip addr show docker0', /docker0: <BROADCAST,MULTICAST,UP,LOWER_UP>/, 'inet 172.17.0.1/16');
  await on('node1', 'ss -lntp', /0\.0\.0\.0:8080.*"docker-proxy"/, prompt('node1'));
  await visit.page.locator('#body-proxy input.typed').fill('docker-proxy');
  await visit.page.keyboard.press('Enter');
  await on('node1', 'tcpdump -i docker0 -n', 'listening on docker0');
  await on('node3', 'curl http://192.168.56.11:8080/', HELLO);
  await visit.at('node1');
  await visit.sees(/IP 192\.168\.56\.13\.\d+ > 172\.17\.0\.\d+\.5000: Flags \[/);
  await visit.page.keyboard.press('Control+c');
  await visit.sees(/\d+ packets captured/);
  await on('node1', 'curl http://localhost:8080/', HELLO);
  await also('node1', 'docker logs moved', '192.168.56.13 - -', '172.17.0.1 - -');
  await tick();

  await begin('clear');
  await on('node1', 'docker stop -t 1 moved', /^moved/m, prompt('node1'));
  await on('node1', 'docker start moved', /^moved/m, prompt('node1'));
  await on('node1', 'docker rm -f $(docker ps -aq)', prompt('node1'));
  await tick();

  await visit.page.locator('.outro').scrollIntoViewIfNeeded();
  await picture('chapter-end');
  await finished();
});
