import { describe, expect, it } from 'vitest';
import { makeMachine, type TestMachine } from './machine.ts';

/** The test machine with what Debian's package installs. */
async function machine(): Promise<TestMachine> {
  const m = await makeMachine();
  m.kernel.root.fs.install('/usr/bin/python3', 'python');
  return m;
}

const python = (m: TestMachine, source: string, where?: 'web' | 'cli') =>
  m.run(['python3', '-c', source], where === undefined ? {} : { request: { netns: m.spaces[where] as number } });

describe('python -c', () => {
  it('computes and prints', async () => {
    const m = await machine();
    const program = `
import sys, time
def fact(n, acc=1):
    if n < 2: return acc
    return fact(n - 1, acc * n)
total = 0
for i, c in enumerate('abc'):
    total += i
    if c == 'c':
        break
else_ = [1, 2.5, None, True, (3,), {'k': b'\\x00\\xff\\n'}]
print(fact(5), total, else_, sep=' | ')
print('%s is %d%%' % ('x', 7), f'{1 + 1} {"y"!r}', -7 // 2, 7 % -3, 2 ** 10, 1 / 4)
print('a,b'.split(','), b'a b'.split(), 'x' in 'xyz', not 1 < 2 < 3, [1, 2, 3][-2:], 'no' if 0 else "it's")
a, (b, c) = 1, (2, 3)
while True:
    a += 1
    if a > 5: break
print(a, b, c, len(sys.argv))
`;
    expect(await python(m, program)).toMatchObject({
      stdout: `120 | 3 | [1, 2.5, None, True, (3,), {'k': b'\\x00\\xff\\n'}]
x is 7% 2 'y' -4 -2 1024 0.25
['a', 'b'] [b'a', b'b'] True False [2, 3] it's
6 2 3 1
`,
      stderr: '',
      code: 0,
    });
  });

  it('raises, catches, and tells what was not caught', async () => {
    const m = await machine();
    const caught = `
for f in ['1/0', 'x']:
    try:
        if f == 'x': nosuch
        1 / 0
    except ZeroDivisionError as e:
        print('zero', e)
    except Exception as e:
        print(repr(e))
    finally:
        print('done')
`;
    expect((await python(m, caught)).stdout).toBe(
      `zero division by zero\ndone\nNameError("name 'nosuch' is not defined")\ndone\n`,
    );
    const r = await python(m, `x = {}\nprint(x['k'])`);
    expect(r).toMatchObject({ code: 1, stdout: '' });
    expect(r.stderr).toBe(
      `Traceback (most recent call last):\n  File "<string>", line 2, in <module>\n    print(x['k'])\nKeyError: 'k'\n`,
    );
    expect(await python(m, 'import sys; sys.exit(3)')).toMatchObject({ code: 3, stderr: '' });
    expect((await python(m, 'print(')).stderr).toContain("SyntaxError: '(' was never closed");
    expect((await python(m, 'class A: pass')).stderr).toContain("does not know 'class'");
  });

  it('talks over sockets as the kernel lets it', async () => {
    const m = await machine();
    const udp = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(2)
s.connect(('172.17.0.2', 9999))
s.send(b'x')
try: print(s.recv(10))
except Exception as e: print(e)
`;
    expect((await python(m, udp, 'cli')).stdout).toBe('[Errno 111] Connection refused\n');
    const server = `
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 7000)); s.listen(1)
c, peer = s.accept()
c.sendall(b'you are ' + peer[0].encode() + b': ' + c.recv(100))
c.close()
`;
    m.start(['python3', '-c', server], { netns: m.spaces.web as number });
    await m.pass(1e9);
    const client = `
import socket
with socket.create_connection(('web', 7000), timeout=1) as s:
    s.send(b'hello')
    print(s.recv(100), s.getpeername())
try: socket.create_connection(('web', 7001))
except OSError as e: print(e.errno, e)
try: socket.gethostbyname('nosuch')
except socket.gaierror as e: print(e)
s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 0)); s.settimeout(0.5)
try: s.recvfrom(10)
except socket.timeout as e: print(e)
`;
    expect(await python(m, client, 'cli')).toMatchObject({
      stdout: `b'you are 172.17.0.3: hello' ('172.17.0.2', 7000)
111 [Errno 111] Connection refused
[Errno -3] Temporary failure in name resolution
timed out
`,
      stderr: '',
      code: 0,
    });
  });
});
