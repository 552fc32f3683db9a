// dockerode against a served engine: node dockerode.mjs MODULE SOCKET prints a line for each check, exit 1 when one fails.
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';

const [, , modulePath, socketPath] = process.argv;
const Docker = createRequire(modulePath)('dockerode');
const docker = new Docker({ socketPath });
let bad = 0;

async function check(what, work) {
  try {
    const slow = later(30_000, undefined, { ref: false }).then(() => {
      throw new Error('no answer in time');
    });
    await Promise.race([work(), slow]);
    console.log(`ok ${what}`);
  } catch (e) {
    bad++;
    console.log(`FAILED ${what}: ${e.stack}`);
  }
}
const same = (got, want) => {
  if (JSON.stringify(got) !== JSON.stringify(want))
    throw new Error(`${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
};
const fits = (got, re) => {
  if (!re.test(got)) throw new Error(`${JSON.stringify(got)} is not like ${re}`);
};
const fails = async (work, status, re) => {
  const e = await work().then(
    () => undefined,
    (error) => error,
  );
  same(e?.statusCode, status);
  fits(e?.message ?? '', re);
};
/** Collects what is written to it. */
function sink() {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk.toString('latin1');
      done();
    },
  });
  return { stream, text: () => text };
}
const read = (stream) =>
  new Promise((resolve, reject) => {
    const parts = [];
    stream.on('data', (d) => parts.push(d)).on('error', reject);
    stream.on('end', () => resolve(Buffer.concat(parts)));
  });
const progress = (stream) =>
  new Promise((resolve, reject) => docker.modem.followProgress(stream, (e, out) => (e ? reject(e) : resolve(out))));
const make = (Cmd, more = {}) =>
  docker.createContainer({ Image: 'ubuntu', Cmd, AttachStdout: true, AttachStderr: true, ...more });

await check('ping, version, info', async () => {
  same((await docker.ping()).toString(), 'OK');
  same((await docker.version()).ApiVersion, '1.51');
  same((await docker.info()).OSType, 'linux');
});

await check('a command is run with its output', async () => {
  const out = sink();
  const [result, container] = await docker.run('ubuntu', ['bash', '-c', 'uname -s'], out.stream, { Tty: false });
  same(result.StatusCode, 0);
  fits(out.text(), /Linux\n/);
  await container.remove();
});

await check('attach without taking the connection over: what is written is input', async () => {
  const c = await make(['wc', '-c'], { OpenStdin: true, AttachStdin: true, Tty: true });
  const stream = await c.attach({ stream: true, stdin: true, stdout: true, stderr: true });
  const out = sink();
  stream.pipe(out.stream);
  await c.start();
  stream.write(`${'x'.repeat(1000)}\n\x04`);
  await c.wait();
  await later(200);
  same(Number(out.text().slice(1002)), 1001);
  await c.remove();
});

await check('attach with a taken-over connection, frames told apart', async () => {
  const c = await make(['bash'], { OpenStdin: true, AttachStdin: true });
  const stream = await c.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  const [out, err] = [sink(), sink()];
  c.modem.demuxStream(stream, out.stream, err.stream);
  await c.start();
  stream.write(`printf ${'y'.repeat(5000)} | wc -c; echo no >&2; exit 3\n`);
  same((await c.wait()).StatusCode, 3);
  await later(200);
  same([out.text(), err.text()], ['5000\n', 'no\n']);
  await c.remove();
});

const c = await make(['bash', '-c', 'echo began; while :; do sleep 1; done'], { Tty: true, name: 'dockerode-test' });
await check('start, resize, update, stats, top', async () => {
  await c.start();
  await c.resize({ h: 30, w: 100 });
  same(await c.update({ CpuShares: 512 }), { Warnings: null });
  same((await c.inspect()).HostConfig.CpuShares, 512);
  const stats = await c.stats({ stream: false });
  same(typeof stats.cpu_stats.cpu_usage.total_usage, 'number');
  const stream = await c.stats();
  await new Promise((resolve) => stream.once('data', resolve));
  stream.destroy();
  fits(JSON.stringify(await c.top()), /while/);
});

await check('exec: taken over and half-closed, detached, with a terminal', async () => {
  const exec = await c.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  const reading = read(stream);
  stream.end('echo\nall\n');
  const bytes = await reading;
  same([bytes.readUInt8(0), bytes.readUInt32BE(4), bytes.toString('utf8', 8)], [1, 9, 'echo\nall\n']);
  const simple = await c.exec({ Cmd: ['echo', 'foo'], AttachStdout: true });
  fits((await read(await simple.start({}))).toString(), /foo\n/);
  same((await simple.inspect()).ExitCode, 0);
  const tty = await c.exec({ Cmd: ['bash', '-c', 'stty size'], AttachStdout: true, Tty: true, ConsoleSize: [33, 90] });
  fits((await read(await tty.start({ hijack: true }))).toString(), /33 90\r\n/);
});

await check('logs as text and followed', async () => {
  fits((await c.logs({ stdout: true, timestamps: true })).toString(), /^\d{4}-\d\d-\d\dT[\d:.]+Z began\r\n$/);
  const stream = await c.logs({ stdout: true, follow: true });
  await new Promise((resolve) => stream.once('data', resolve));
  stream.destroy();
});

await check('archives go in and out', async () => {
  const archive = await read(await c.getArchive({ path: '/etc/hostname' }));
  same(archive.toString('latin1', 0, 8), 'hostname');
  await c.putArchive(archive, { path: '/root' });
  const head = await c.infoArchive({ path: '/root/hostname' });
  const stat = JSON.parse(Buffer.from(head.headers['x-docker-container-path-stat'], 'base64'));
  same([stat.name, stat.mode & 0o777], ['hostname', 0o644]);
  await fails(() => c.getArchive({ path: '/nope' }), 404, /Could not find the file \/nope in container/);
  same((await read(await c.export())).length > 10_000, true);
});

await check('changes, commit, restart, pause, rename, list', async () => {
  same(
    (await c.changes()).some((x) => x.Path === '/root/hostname' && x.Kind === 1),
    true,
  );
  const { Id } = await c.commit({ repo: 'dockerode', tag: 'one' });
  same((await docker.getImage('dockerode:one').inspect()).Id, Id);
  await docker.getImage('dockerode:one').remove();
  await c.pause();
  same((await c.inspect()).State.Paused, true);
  await c.unpause();
  await c.restart({ t: 0 });
  await c.rename({ name: 'dockerode-renamed' });
  const rows = await docker.listContainers({ filters: { name: ['dockerode-renamed'] } });
  same(
    rows.map((r) => r.Names),
    [['/dockerode-renamed']],
  );
});

await check('kill, wait and remove; errors have status and text', async () => {
  const ended = c.wait();
  await c.kill();
  same((await ended).StatusCode, 137);
  await fails(() => c.kill(), 409, /is not running/);
  await c.remove();
  await fails(() => c.inspect(), 404, /No such container/);
  await fails(() => docker.createContainer({ Image: 'no-such-image' }), 404, /No such image: no-such-image:latest/);
});

await check('events until a time, with a filter', async () => {
  const { SystemTime } = await docker.info();
  const now = Math.floor(Date.parse(SystemTime) / 1000);
  const stream = await docker.getEvents({ since: now - 60, until: now + 1, filters: { event: ['rename'] } });
  const lines = (await read(stream)).toString().trim().split('\n');
  same(
    lines.map((l) => JSON.parse(l).Actor.Attributes.oldName),
    ['/dockerode-test'],
  );
});

await check('images: pull, history, get and load, build, prune', async () => {
  fits(JSON.stringify(await progress(await docker.pull('alpine'))), /Status: /);
  await fails(() => docker.pull('no-such-image'), 404, /pull access denied for no-such-image/);
  same(Array.isArray(await docker.getImage('alpine').history()), true);
  const archive = await read(await docker.getImage('busybox').get());
  fits(JSON.stringify(await progress(await docker.loadImage(archive))), /Loaded image: busybox:latest/);
  const context = await read(await docker.getImage('busybox').get());
  await fails(() => docker.buildImage(context, {}), 500, /Dockerfile/);
  await docker.pruneImages();
});

await check('networks and volumes', async () => {
  const n = await docker.createNetwork({ Name: 'dockerode-net', IPAM: { Config: [{ Subnet: '10.99.0.0/24' }] } });
  const member = await make(['sleep', '60']);
  await n.connect({ Container: member.id });
  same(Object.keys((await member.inspect()).NetworkSettings.Networks).sort(), ['bridge', 'dockerode-net']);
  await n.disconnect({ Container: member.id });
  await member.remove();
  same((await docker.listNetworks({ filters: { name: ['dockerode-net'] } })).length, 1);
  await n.remove();
  const v = await docker.createVolume({ Name: 'dockerode-vol', Labels: { a: 'b' } });
  same((await docker.getVolume('dockerode-vol').inspect()).Labels, { a: 'b' });
  same((await docker.listVolumes()).Volumes.length, 1);
  await docker.getVolume(v.name ?? v.Name).remove();
});

await check('what is off says so', async () => {
  await fails(() => docker.listServices(), 503, /not a swarm manager/);
  await fails(() => docker.swarmLeave(), 503, /not part of a swarm/);
  same(await docker.listPlugins(), []);
  await fails(() => docker.checkAuth({ username: 'a', password: 'b' }), 401, /incorrect username/);
});

process.exit(bad > 0 ? 1 : 0);
