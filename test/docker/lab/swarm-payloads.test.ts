/** Secrets and configs of a swarm, and what its services have written: on both of its machines. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
async function on(host: string, command: string): Promise<string> {
  const { stdout, stderr, exit } = await lab.run(host, command);
  if (exit !== 0) throw new Error(`${host}$ ${command}\n${stdout}${stderr}exit ${exit}`);
  return stdout.trimEnd();
}
const out = (command: string): Promise<string> => on('node1', command);
async function fails(command: string): Promise<string> {
  const { stderr, exit } = await lab.run('node1', command);
  expect(exit, command).not.toBe(0);
  return stderr.trimEnd().replace('Error response from daemon: ', '');
}
const curl = "curl -s -w ' %{http_code}' --unix-socket /run/docker.sock -H 'Content-Type: application/json'";

beforeAll(async () => {
  lab = await makeLab(1, {});
  await out('docker swarm init');
  await on('node2', `docker swarm join --token ${await out('docker swarm join-token -q worker')} 192.168.56.11:2377`);
});

describe('secrets and configs', () => {
  test('are made of files and of standard input', async () => {
    await out('printf pw > /tmp/pw; : > /tmp/empty');
    expect(await out('docker secret create -l tier=db db_password /tmp/pw')).toMatch(/^[0-9a-z]{25}$/);
    await out('printf listen=80 | docker config create --template-driver golang site.conf -');
    expect(await fails('docker secret create db_password /tmp/pw')).toBe(
      'rpc error: code = AlreadyExists desc = secret db_password already exists',
    );
    expect(await fails('docker secret create -- -x /tmp/pw')).toContain(
      'invalid name, only 64 [a-zA-Z0-9-_.] characters allowed',
    );
    expect(await fails('docker secret create x')).toBe('secret file is required');
    expect(await fails('docker secret create x /tmp/empty')).toBe('error reading from /tmp/empty: data is empty');
    expect(await fails('docker config create x /tmp/none')).toBe(
      'Error reading content from "/tmp/none": error reading from /tmp/none: open /tmp/none: no such file or directory',
    );
  });

  test('tell what they hold only as configs', async () => {
    expect(await out('docker secret ls --format \'{{.Name}} {{.Driver}}|{{.Labels}}|{{.Label "tier"}}\'')).toBe(
      'db_password |tier=db|db',
    );
    expect((await out('docker config ls')).split('\n')[0]).toMatch(/^ID +NAME +CREATED +UPDATED$/);
    expect(await out('docker secret inspect db_password')).not.toContain('Data');
    expect(await out("docker config inspect -f '{{.Spec.Data}} {{json .Spec.Templating}}' site.conf")).toBe(
      'bGlzdGVuPTgw {"Name":"golang"}',
    );
    expect(await out('docker config inspect --pretty site.conf')).toMatch(
      /^Name:\t\t\tsite\.conf\n.*Data:\nlisten=80$/ms,
    );
    expect(await out('docker secret ls -qf name=db')).toMatch(/^[0-9a-z]{25}$/);
    for (const none of ['name=b_p', 'names=db', 'label=tier=x', 'id=!'])
      expect(await out(`docker secret ls -qf ${none}`)).toBe('');
    expect(await fails('docker config ls -f names=x')).toBe("invalid filter 'names'");
    expect(await fails('docker secret inspect nosuch')).toBe('secret nosuch not found');
  });

  test('change in nothing but their labels', async () => {
    const index = await out("docker secret inspect -f '{{.Version.Index}}' db_password");
    const update = (version: string, spec: object): Promise<string> =>
      out(`${curl} -d '${JSON.stringify(spec)}' 'http://x/secrets/db_password/update?version=${version}'`);
    expect(await update('x', {})).toContain('invalid secret version');
    const Name = 'db_password';
    expect(await update(index, { Name, Data: 'eA==' })).toContain('only updates to Labels are allowed');
    expect(await update(index, { Name, Labels: { a: 'b' } })).toBe(' 200');
    expect(await update(index, { Name })).toContain('update out of sequence');
    expect(await out("docker secret inspect -f '{{.Spec.Labels}}' db_password")).toBe('map[a:b]');
    expect(await out(`${curl} -d '{"Name":"big"}' http://x/configs/create`)).toContain(
      'config data must be larger than 0 and less than 1024000 bytes',
    );
  });
});

describe('a service', () => {
  test('refers to what is there, each at a place of its own', async () => {
    const create = 'docker service create -d';
    expect(await fails(`${create} --secret none alpine`)).toBe('secret not found: none');
    expect(await fails(`${create} --config source=site.conf,x=y alpine`)).toContain(
      'invalid field in config request: x',
    );
    expect(await fails(`${create} --secret db_password --secret db_password alpine`)).toBe(
      'duplicate secret target for db_password not allowed',
    );
    const spec = (Secrets: object[]): string =>
      JSON.stringify({ Name: 's', TaskTemplate: { ContainerSpec: { Image: 'alpine', Secrets } } });
    const File = { Name: 'f', UID: '0', GID: '0', Mode: 292 };
    const ask = (...refs: object[]): Promise<string> => out(`${curl} -d '${spec(refs)}' http://x/services/create`);
    expect(await ask({ SecretName: 'a' })).toContain('malformed secret reference');
    expect(await ask({ SecretName: 'a', SecretID: 'b' })).toContain('malformed secret reference, no target provided');
    const ref = { SecretName: 'a', SecretID: 'b', File };
    expect(await ask(ref, ref)).toContain("secret references 'a' and 'a' have a conflicting target: 'f'");
    expect(await ask(ref)).toContain('secret not found: a');
  });

  test('has them as files on every node', async () => {
    await out(
      'docker service create -q --name web --mode global --secret db_password --config source=site.conf,target=/etc/site,uid=33,mode=0440 ' +
        "alpine sh -c 'echo up in $HOSTNAME; echo oops >&2; sleep 1000'",
    );
    for (const host of ['node1', 'node2']) {
      const said = await on(
        host,
        'docker exec $(docker ps -q) sh -c "cat /run/secrets/db_password; mount | grep secrets; ls -ln /etc/site; cat /etc/site"',
      );
      expect(said).toMatch(
        /^pwtmpfs on \/run\/secrets\/db_password type tmpfs \(ro,relatime\)\n-r--r----- +1 33 +0 +9 .* \/etc\/site\nlisten=80$/,
      );
    }
    expect(await out('docker service inspect --pretty web')).toContain(
      'Configs:\n Target:\t/etc/site\n  Source:\tsite.conf\nSecrets:\n Target:\tdb_password\n  Source:\tdb_password\n',
    );
    expect(await fails('docker secret rm db_password')).toContain(
      "secret 'db_password' is in use by the following service: web",
    );
  });

  test('has one log of all its tasks, wherever they are', async () => {
    const lines = (await out('docker service logs web 2>&1')).split('\n').sort();
    expect(lines).toHaveLength(4);
    const plain = lines.map((l) => l.replace(/\.[0-9a-z]{12}@/, '@').replace(/up in [0-9a-f]{12}$/, 'up'));
    expect(plain.sort()).toEqual([
      'web.0@node1    | oops',
      'web.0@node1    | up',
      'web.0@node2    | oops',
      'web.0@node2    | up',
    ]);
    expect(await out('docker service logs --raw web 2>&1 | grep -v up')).toBe('oops\noops');
    const far = await out('docker service ps -qf node=node2 web');
    expect(await out(`docker service logs --tail 1 -t ${far} 2>&1 | cut -d' ' -f2-`)).toBe(
      `web.0.${far.slice(0, 12)}@node2    | oops`,
    );
    expect(
      await out(`docker service logs --raw --details ${far} 2>/dev/null | cut -d' ' -f1 | tr , '\\n' | cut -d= -f1`),
    ).toBe(['node', 'service', 'task'].map((k) => `com.docker.swarm.${k}.id`).join('\n'));
    expect(await fails('docker service logs nosuch')).toBe('no such task or service: nosuch');
    expect(await fails('docker service logs --tail x web')).toBe('tail value must be a positive integer or "all"');
  });

  test('is followed with the tasks that are still to come', async () => {
    await out(
      'docker service logs -f --raw web > /tmp/log 2>&1 & sleep 1; docker service update -q --force web; sleep 2; kill %1',
    );
    expect((await out('sort /tmp/log')).split('\n').map((l) => l.slice(0, 4))).toEqual([
      ...Array(4).fill('oops'),
      ...Array(4).fill('up i'),
    ]);
    await out("docker service create -q --name tty -t alpine sh -c 'echo hi; sleep 100'");
    expect(await fails('docker service logs tty')).toBe('tty service logs only supported with --raw');
    expect(await out('docker service logs --raw tty')).toBe('hi');
  });

  test('gives up one for another', async () => {
    await out('docker secret create other /tmp/pw');
    await out(
      'docker service update -q --secret-rm db_password --secret-add source=other,target=key --config-rm site.conf web',
    );
    expect(await out("docker service inspect -f '{{json .Spec.TaskTemplate.ContainerSpec.Secrets}}' web")).toMatch(
      /^\[\{"File":\{"Name":"key","UID":"0","GID":"0","Mode":292\},"SecretID":"[0-9a-z]{25}","SecretName":"other"\}\]$/,
    );
    expect(await out('docker exec $(docker ps -qf name=web) ls /run/secrets')).toBe('key');
    expect(await out('docker secret rm db_password; docker config rm site.conf')).toBe('db_password\nsite.conf');
    expect(await fails('docker config rm site.conf')).toBe('config site.conf not found');
  });

  test('nothing went wrong inside', () => expect(bugs(lab)).toEqual([]));
});
