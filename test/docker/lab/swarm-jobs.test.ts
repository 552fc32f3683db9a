/** Jobs: services whose tasks run to their end. Asked for through the API. */
import { beforeAll, expect, test } from 'vitest';
import { bugs } from '../../rig.ts';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker swarm init');
});

const curl = "curl -s --unix-socket /run/docker.sock -H 'Content-Type: application/json'";
const create = (Name: string, script: string, Mode: object, more: object = {}): Promise<string> => {
  const ContainerSpec = { Image: 'busybox', Command: ['sh', '-c', script] };
  return m.out(
    `${curl} -d '${JSON.stringify({ Name, TaskTemplate: { ContainerSpec, ...more }, Mode })}' http://x/services/create`,
  );
};
const state = (name: string): Promise<string> =>
  m.out(`docker service ls --format '{{.Mode}} {{.Replicas}}' -f name=${name}`);

test('as many at a time and in all as are asked for', async () => {
  await create('r', 'sleep 10', { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } });
  await m.out('sleep 5');
  expect(await state('r')).toBe('replicated job 2/2 (0/3 completed)');
  await m.out('sleep 10');
  expect(await state('r')).toBe('replicated job 1/2 (2/3 completed)');
  await m.out('sleep 30');
  expect(await state('r')).toBe('replicated job 0/2 (3/3 completed)');
  expect(await m.out("docker service inspect -f '{{json .JobStatus.JobIteration}}' r")).toBe('{}');
  expect((await m.lines("docker service ps --format '{{.DesiredState}} {{.CurrentState}}' r"))[2]).toMatch(
    /^Complete Complete /,
  );
});

test('what fails is tried again; what is forced runs again; a mode stays', async () => {
  await create(
    'g',
    'test -e /v/x || { touch /v/x; exit 1; }',
    { GlobalJob: {} },
    {
      ContainerSpec: {
        Image: 'busybox',
        Command: ['sh', '-c', 'test -e /v/x || { touch /v/x; exit 1; }'],
        Mounts: [{ Type: 'volume', Source: 'vol', Target: '/v' }],
      },
    },
  );
  await m.out('sleep 3');
  expect(await state('g')).toBe('global job 0/1 (0/1 completed)');
  await m.out('sleep 8');
  expect(await state('g')).toBe('global job 0/1 (1/1 completed)');
  await m.out('docker service update -d --force g; sleep 4');
  expect(await m.out("docker service inspect -f '{{.JobStatus.JobIteration}}' g")).toBe('{1}');
  expect(await state('g')).toBe('global job 0/1 (1/1 completed)');
  const version = await m.out("docker service inspect -f '{{.Version.Index}}' g");
  const other = { Name: 'g', TaskTemplate: { ContainerSpec: { Image: 'busybox' } }, Mode: { Global: {} } };
  expect(
    await m.out(`${curl} -d '${JSON.stringify(other)}' 'http://x/services/g/update?version=${version}'`),
  ).toContain('service mode change is not allowed');
  expect(await m.out('docker service ls -qf mode=replicated-job | wc -l')).toBe('1');
});

test('nothing went wrong inside', () => expect(bugs(m.lab)).toEqual([]));

test('the command makes jobs too, and waits until they are done', async () => {
  const lines = await m.lines(
    'docker service create -d=false --name cj --mode replicated-job --replicas 3 --max-concurrent 2 busybox sleep 1',
  );
  expect(lines.slice(1, 5)).toEqual(['active tasks: 0 out of 2 tasks', '1/3:  ', '2/3:  ', '3/3:  ']);
  expect(lines).toContain('active tasks: 2 out of 2 tasks');
  expect(lines.slice(-2)).toEqual(['active tasks: 0 out of 0 tasks', 'job complete']);
  expect(await state('cj')).toBe('replicated job 0/2 (3/3 completed)');
  expect((await m.lines('docker service create --name cg --mode global-job busybox true')).at(-1)).toBe('job complete');
  const refused = (options: string): Promise<string> => m.fails(`docker service create ${options} busybox`);
  expect(await refused('--mode global-job --replicas 2')).toMatch(/^replicas can only be used with replicated or/);
  expect(await refused('--max-concurrent 2')).toBe('max-concurrent can only be used with replicated-job mode [1]');
});
