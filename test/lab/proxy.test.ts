/** curl through a proxy of HTTP that a learner wrote, and traceroute by other means than UDP. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from '../docker/lab/sh.ts';

/** Takes connections one after the other, prints requests, answers them itself; what is asked of a tunnel, too. */
const PROXY = `cat > /tmp/proxy.py <<'P'
import socket
s = socket.socket()
s.bind(("0.0.0.0", 3128))
s.listen(5)
while True:
    c, a = s.accept()
    d = c.recv(4096).decode()
    print(d)
    if d.startswith("CONNECT no"):
        c.sendall(b"HTTP/1.1 403 Forbidden\\r\\n\\r\\n")
    else:
        if d.startswith("CONNECT"):
            c.sendall(b"HTTP/1.1 200 Connection established\\r\\n\\r\\n")
            d = c.recv(4096).decode()
            print(d)
        c.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nhi\\n")
    c.close()
P
python3 /tmp/proxy.py > /tmp/proxy.log &`;

let m: Machine;
beforeAll(async () => {
  m = await open();
});

describe('curl -x', () => {
  beforeAll(async () => {
    await m.out(`${PROXY}\nsleep 1`);
  });
  /** What the proxy got meanwhile. */
  async function asked(command: string): Promise<string> {
    await m.out(': > /tmp/proxy.log');
    expect(await m.out(command)).toBe('hi');
    return (await m.out('cat /tmp/proxy.log')).replaceAll('\r', '');
  }
  test('HTTP is asked of the proxy with the whole URL', async () => {
    expect(await asked('curl -s -x http://127.0.0.1:3128 http://ext.lab/a')).toMatch(
      /^\0*GET http:\/\/ext\.lab\/a HTTP\/1\.1\nHost: ext\.lab\n[\s\S]*Proxy-Connection: Keep-Alive\n/,
    );
    expect(await asked('http_proxy=127.0.0.1:3128 curl -s http://ext.lab/b')).toContain(
      'GET http://ext.lab/b HTTP/1.1',
    );
  });
  test('-p asks for a tunnel, and the server as if there were none; -U says who asks', async () => {
    const log = await asked('curl -s -p -U me:pw -x 127.0.0.1:3128 http://ext.lab/a');
    expect(log).toMatch(
      /CONNECT ext\.lab:80 HTTP\/1\.1\nHost: ext\.lab:80\nProxy-Authorization: Basic bWU6cHc=\nUser-Agent: curl\/[\d.]+\nProxy-Connection: Keep-Alive\n\n/,
    );
    expect(log).toMatch(/\nGET \/a HTTP\/1\.1\nHost: ext\.lab\n/);
    expect(log).not.toContain('GET /a HTTP/1.1\nHost: ext.lab\nProxy-Authorization');
  });
  test('a refused tunnel is told with its status', async () => {
    expect(await m.fails('curl -sS -p -x 127.0.0.1:3128 http://no.lab/')).toBe(
      'curl: (56) CONNECT tunnel failed, response 403 [56]',
    );
    expect(await m.fails('curl -sS -x 127.0.0.1:3128 https://no.lab/')).toBe(
      'curl: (56) CONNECT tunnel failed, response 403 [56]',
    );
  });
});

describe('traceroute', () => {
  beforeAll(async () => {
    await m.out('docker network create --subnet 172.30.0.0/24 tr');
    await m.out('docker run -d --ip 172.30.0.9 --network tr busybox httpd -f -p 80');
  });
  const plain = (s: string): string => s.replace(/ {2}[\d.]+ ms/g, ' T');
  test.each(['-T', '-T -p 443', '-I', '-U -p 9'])('%s reaches a container and names it once', async (how) => {
    expect(plain(await m.out(`traceroute -n ${how} 172.30.0.9`))).toBe(
      'traceroute to 172.30.0.9 (172.30.0.9), 30 hops max, 60 byte packets\n 1  172.30.0.9 T T T',
    );
  });
  test('-T passes where only SYNs to one port do', async () => {
    await m.out(
      'iptables -I OUTPUT -d 172.30.0.9 -j DROP; iptables -I OUTPUT -d 172.30.0.9 -p tcp --dport 80 --syn -j ACCEPT',
    );
    expect(plain(await m.out('traceroute -n -q 1 -m 1 -T 172.30.0.9'))).toMatch(/\n 1 {2}172\.30\.0\.9 T$/);
    expect(await m.fails('traceroute -n -q 1 -m 1 -T -p 81 172.30.0.9')).toBe('send: Operation not permitted [1]');
    await m.out('iptables -F OUTPUT');
  });
});
