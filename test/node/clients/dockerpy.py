"""docker-py against a served engine: python3 dockerpy.py URL prints a line for each check, exit 1 when one fails."""
import io, json, sys, tarfile, threading, time, traceback
import docker
from docker import errors

url = sys.argv[1]
client = docker.DockerClient(base_url=url, version='auto', timeout=30)
api = client.api
bad = 0


def check(what):
    def run(work):
        global bad
        try:
            work()
            print('ok', what, flush=True)
        except BaseException:
            bad += 1
            print('FAILED', what, traceback.format_exc(), flush=True)
    return run


def fails(kind, status, text, work):
    try:
        work()
    except kind as e:
        assert e.response.status_code == status, e.response.status_code
        assert text in e.explanation, e.explanation
    else:
        raise AssertionError('nothing was raised')


@check('version negotiation')
def _():
    assert api.api_version == '1.51', api.api_version
    for version, said in (('1.99', 'client version 1.99 is too new'), ('1.10', 'client version 1.10 is too old')):
        r = api.get(api.base_url + '/v%s/info' % version)
        assert r.status_code == 400 and said in r.text, r.text
    assert docker.APIClient(base_url=url).version()['MinAPIVersion'] == '1.24'


@check('run: output, errors, streams, detached')
def _():
    assert client.containers.run('alpine', 'echo hello', remove=True) == b'hello\n'
    assert client.containers.run('alpine', ['sh', '-c', 'echo out; echo err >&2'], stderr=True, remove=True) in (b'out\nerr\n', b'err\nout\n')
    try:
        client.containers.run('alpine', 'cat /test', remove=True)
        raise AssertionError('no error')
    except errors.ContainerError as e:
        assert e.exit_status == 1 and b'No such file or directory' in e.stderr, e.stderr
    try:
        client.containers.run('no-such-image')
        raise AssertionError('no error')
    except (errors.ImageNotFound, errors.APIError):
        pass
    lines = list(client.containers.run('alpine', "sh -c 'echo a; echo b'", stream=True))
    assert b''.join(lines) == b'a\nb\n', lines


c = client.containers.run('alpine', 'sleep 300', detach=True, name='py', labels={'k': 'v'}, environment={'A': '1'},
                          ports={'80/tcp': None, '53/udp': ('127.0.0.1', 5353)}, mem_limit='128m', hostname='pyhost')


@check('inspect, list and filters')
def _():
    c.reload()
    assert c.status == 'running' and c.labels == {'k': 'v'} and c.attrs['HostConfig']['Memory'] == 134217728
    assert c.attrs['NetworkSettings']['Ports']['53/udp'] == [{'HostIp': '127.0.0.1', 'HostPort': '5353'}]
    assert [x.id for x in client.containers.list(filters={'label': 'k=v'})] == [c.id]
    assert [x.id for x in client.containers.list(filters={'status': 'exited', 'label': ['k']}, all=True)] == []
    assert client.containers.get(c.short_id).id == c.id
    assert api.port(c.id, 80)[0]['HostIp'] == '0.0.0.0'
    fails(errors.APIError, 400, "invalid filter 'nope'", lambda: client.containers.list(filters={'nope': 'x'}))


@check('exec: demultiplexed, streamed, as a user, exit codes, sockets')
def _():
    assert c.exec_run('echo hello') == (0, b'hello\n')
    code, (out, err) = c.exec_run("sh -c 'echo o; echo e >&2; exit 4'", demux=True)
    assert (code, out, err) == (4, b'o\n', b'e\n'), (code, out, err)
    assert b''.join(c.exec_run('seq 3', stream=True).output) == b'1\n2\n3\n'
    assert c.exec_run('env', environment={'X': 'y'}).output.find(b'X=y') >= 0
    assert c.exec_run('pwd', workdir='/tmp').output == b'/tmp\n'
    assert c.exec_run('stty size', tty=True).exit_code in (0, 1)
    e = api.exec_create(c.id, 'cat', stdin=True)
    s = api.exec_start(e['Id'], socket=True)
    s._sock.sendall(b'line\n')
    head = s._sock.recv(8)
    while len(head) < 8:
        head += s._sock.recv(8 - len(head))
    assert head[0] == 1 and s._sock.recv(100) == b'line\n'
    s.close()
    assert api.exec_inspect(api.exec_create(c.id, 'true')['Id'])['Running'] is False
    fails(errors.NotFound, 404, 'No such exec instance', lambda: api.exec_inspect('f' * 64))
    assert api.exec_start(api.exec_create(c.id, 'true')['Id'], detach=True) in (b'', '')


@check('attach: a socket to a terminal')
def _():
    t = api.create_container('alpine', 'cat', stdin_open=True, tty=True)
    s = api.attach_socket(t, {'stdin': 1, 'stdout': 1, 'stream': 1})
    api.start(t)
    api.resize(t, height=20, width=60)
    s._sock.sendall(b'hi\n')
    got = b''
    while got.count(b'hi') < 2:
        got += s._sock.recv(100)
    assert got == b'hi\r\nhi\r\n', got
    s.close()
    api.remove_container(t, force=True)
    t = api.create_container('alpine', "sh -c 'echo one; echo two >&2'")
    api.start(t)
    api.wait(t)
    got = api.attach(t, stdout=True, stderr=False, logs=True)
    assert got == b'one\n', got
    assert api.attach(t, stdout=True, stderr=True, logs=True, demux=True) == (b'one\n', b'two\n')
    api.remove_container(t)


@check('logs: tail, since, until, timestamps, follow, streams')
def _():
    t = client.containers.run('alpine', "sh -c 'for i in 1 2 3; do echo $i; sleep 1; done; echo e >&2'", detach=True)
    assert b''.join(t.logs(stream=True, follow=True)) == b'1\n2\n3\ne\n'
    assert t.wait()['StatusCode'] == 0
    assert t.logs(tail=1, stderr=False) == b'3\n' and t.logs(stdout=False) == b'e\n'
    stamps = [l.split(b' ')[0].decode() for l in t.logs(timestamps=True, stderr=False).splitlines()]
    assert all(len(s) == 30 and s.endswith('Z') for s in stamps), stamps
    import calendar
    second = calendar.timegm(time.strptime(stamps[1][:19], '%Y-%m-%dT%H:%M:%S'))
    assert t.logs(since=second, stderr=False) in (b'2\n3\n', b'1\n2\n3\n')
    assert t.logs(until=second, stderr=False) in (b'', b'1\n')
    fails(errors.APIError, 400, 'you must choose at least one stream', lambda: t.logs(stdout=False, stderr=False))
    t.remove()


@check('archives, changes, export, commit')
def _():
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode='w') as tar:
        info = tarfile.TarInfo('dir/file')
        info.size, info.uid, info.mode = 5, 1000, 0o640
        tar.addfile(info, io.BytesIO(b'hello'))
    assert c.put_archive('/tmp', data.getvalue())
    stream, stat = c.get_archive('/tmp/dir')
    assert stat['name'] == 'dir' and stat['mode'] & 0o777 == 0o755, stat
    with tarfile.open(fileobj=io.BytesIO(b''.join(stream))) as tar:
        m = tar.getmember('dir/file')
        assert (m.uid, m.mode, tar.extractfile(m).read()) == (1000, 0o640, b'hello')
    fails(errors.NotFound, 404, 'Could not find the file', lambda: c.get_archive('/nope'))
    fails(errors.NotFound, 404, 'Could not find the file', lambda: c.put_archive('/nope', data.getvalue()))
    assert {'Path': '/tmp/dir/file', 'Kind': 1} in c.diff()
    assert b''.join(c.export())[257:262] == b'ustar'
    image = c.commit('py', 'one', changes='CMD ["true"]')
    assert client.images.get('py:one').id == image.id and image.attrs['Config']['Cmd'] == ['true']
    client.images.remove('py:one')


@check('stats, top, update, rename, pause')
def _():
    s = c.stats(stream=False)
    assert s['name'] == '/py' and s['precpu_stats']['cpu_usage'] is not None
    first = next(c.stats(decode=True))
    assert 'memory_stats' in first and 'networks' in first
    assert api.stats(c.id, stream=False, one_shot=True)['id'] == c.id if api._version >= '1.41' and 'one_shot' in api.stats.__code__.co_varnames else True
    assert c.top()['Titles'] and any('sleep' in ' '.join(p) for p in c.top()['Processes'])
    c.update(mem_limit='256m', memswap_limit='512m')
    c.reload()
    assert c.attrs['HostConfig']['Memory'] == 268435456
    c.pause(); c.reload(); assert c.status == 'paused'
    c.unpause()
    c.rename('pyother')
    assert client.containers.get('pyother').id == c.id


@check('events: since and until, filters, closed from another thread')
def _():
    stream = client.events(decode=True, filters={'type': 'container'})
    threading.Timer(1.5, stream.close).start()
    threading.Timer(0.3, lambda: c.restart(timeout=0)).start()
    actions = [e['Action'] for e in stream]
    assert 'die' in actions and 'start' in actions, actions


@check('stop, wait conditions, kill, remove')
def _():
    result = []
    t = threading.Thread(target=lambda: result.append(c.wait(condition='removed')))
    t.start()
    time.sleep(0.3)
    c.kill(signal='SIGKILL')
    fails(errors.APIError, 409, 'is not running', lambda: [time.sleep(0.5), c.kill()])
    c.remove(v=True)
    t.join(10)
    assert result and result[0]['StatusCode'] == 137, result
    fails(errors.NotFound, 404, 'No such container: ' + c.id, c.reload)


@check('images: list, tag, inspect, history, pull, save, load, import, search, prune')
def _():
    i = client.images.get('busybox')
    assert i.tag('some/where', 'tag') and 'some/where:tag' in client.images.get(i.id).tags
    client.images.remove('some/where:tag')
    assert any('busybox:latest' in x.tags for x in client.images.list(name='busybox'))
    assert i.history()[0]['Id'] == i.id
    assert client.images.pull('alpine', tag='latest').tags
    archive = b''.join(i.save(named='busybox:latest'))
    assert client.images.load(archive)[0].tags == ['busybox:latest']
    assert 'status' in api.import_image_from_data(archive, repository='py/imported')
    client.images.remove('py/imported')
    fails(errors.ImageNotFound, 404, 'No such image: nope:latest', lambda: client.images.get('nope'))
    assert set(client.images.prune()) == {'ImagesDeleted', 'SpaceReclaimed'}


@check('build: log, args, labels, targets, errors')
def _():
    f = io.BytesIO(b'FROM busybox AS one\nARG w\nRUN echo built $w > /x\nLABEL a=b\nFROM one\nCMD ["cat", "/x"]\n')
    image, log = client.images.build(fileobj=f, tag='py/built', buildargs={'w': 'me'}, labels={'l': 'm'}, rm=True)
    text = ''.join(e.get('stream', '') for e in log)
    assert 'Step 1/6 : FROM busybox AS one' in text and 'Successfully tagged py/built:latest' in text, text
    assert image.labels == {'a': 'b', 'l': 'm'}, image.labels
    assert client.containers.run('py/built', remove=True) == b'built me\n'
    client.images.remove('py/built')
    try:
        client.images.build(fileobj=io.BytesIO(b'FROM busybox\nRUN exit 7\n'), rm=True)
        raise AssertionError('no error')
    except errors.BuildError as e:
        assert 'returned a non-zero code: 7' in e.msg, e.msg


@check('networks')
def _():
    pool = docker.types.IPAMConfig(pool_configs=[docker.types.IPAMPool(subnet='10.98.0.0/24', gateway='10.98.0.1', aux_addresses={'a': '10.98.0.5'})])
    n = client.networks.create('pynet', driver='bridge', ipam=pool, labels={'n': '1'}, internal=False)
    assert n.attrs['IPAM']['Config'][0]['AuxiliaryAddresses'] == {'a': '10.98.0.5'}
    t = client.containers.create('alpine', 'sleep 60')
    n.connect(t, ipv4_address='10.98.0.9', aliases=['al'])
    t.start(); t.reload(); n.reload()
    assert t.attrs['NetworkSettings']['Networks']['pynet']['IPAddress'] == '10.98.0.9'
    assert [x.id for x in n.containers] == [t.id]
    fails(errors.APIError, 403, 'has active endpoints', n.remove)
    n.disconnect(t, force=True)
    t.remove(force=True)
    assert [x.name for x in client.networks.list(names=['pynet'])] == ['pynet']
    n.remove()
    fails(errors.NotFound, 404, 'network pynet not found', lambda: client.networks.get('pynet'))
    assert client.networks.prune() is not None


@check('volumes')
def _():
    v = client.volumes.create('pyvol', driver='local', labels={'x': 'y'})
    assert client.volumes.get('pyvol').attrs['Mountpoint'].endswith('/pyvol/_data')
    assert client.containers.run('alpine', 'sh -c "echo in > /v/f; cat /v/f"', volumes={'pyvol': {'bind': '/v', 'mode': 'rw'}}, remove=True) == b'in\n'
    t = client.containers.create('alpine', 'true', volumes=['pyvol:/v'])
    fails(errors.APIError, 409, 'volume is in use', v.remove)
    t.remove()
    v.remove()
    fails(errors.NotFound, 404, 'no such volume', lambda: client.volumes.get('pyvol'))
    fails(errors.APIError, 404, 'plugin "nope" not found', lambda: client.volumes.create('qq', driver='nope'))


@check('system: df, info, prune, login, and what is off')
def _():
    df = client.df()
    assert set(df) >= {'LayersSize', 'Images', 'Containers', 'Volumes', 'BuildCache'}, df.keys()
    assert client.info()['ServerVersion'].startswith('28.5')
    assert set(client.containers.prune()) == {'ContainersDeleted', 'SpaceReclaimed'}
    fails(errors.APIError, 401, 'unauthorized: incorrect username or password', lambda: client.login('a', 'b'))
    fails(errors.APIError, 503, 'not a swarm manager', client.services.list)
    fails(errors.APIError, 503, 'not part of a swarm', client.swarm.leave)
    fails(errors.APIError, 503, 'not a swarm manager', client.swarm.reload)
    fails(errors.APIError, 503, 'not a swarm manager', client.nodes.list)
    fails(errors.APIError, 503, 'not a swarm manager', client.secrets.list)
    fails(errors.NotFound, 404, 'plugin "nope" not found', lambda: client.plugins.get('nope'))
    fails(errors.APIError, 404, 'pull access denied for nope', lambda: client.images.get_registry_data('nope'))
    assert client.images.get_registry_data('alpine').has_platform('linux/amd64')


sys.exit(1 if bad else 0)
