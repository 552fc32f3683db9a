/** A browser on a machine: it goes where the machine's network lets it, and says what a browser says. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Visited } from '../../src/lab/browser/browser.ts';
import type { Lab, Machine } from '../../src/lab/lab.ts';
import { bugs, makeLab } from '../rig.ts';

describe('a browser on a machine', () => {
  let lab: Lab;
  let here: Browser;
  let neighbour: Browser;

  const driven = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const mark = (): void => {
      done = true;
    };
    work.then(mark, mark);
    while (!done) await lab.pass(1e8);
    expect(bugs(lab)).toEqual([]);
    return work;
  };
  const go = (browser: Browser, url: string): Promise<Visited> => driven(browser.visit({ url }));
  const text = (v: Visited): string => new TextDecoder().decode(v.bytes);

  beforeAll(async () => {
    lab = await makeLab();
    here = new Browser(lab.machine('node1') as Machine);
    neighbour = new Browser(lab.machine('node3') as Machine);
    await lab.run(
      'node1',
      'docker run -d --name web -p 8080:5000 training/webapp; docker run -d -p 127.0.0.1:8081:80 nginx',
    );
    await lab.pass(5e9);
  });

  it('shows a published port, and asks once for the icon, which the log tells', async () => {
    const page = await go(here, 'http://localhost:8080/');
    expect(page).toMatchObject({ status: 200, url: 'http://localhost:8080/', redirects: [] });
    expect(text(page)).toBe('Hello world!');
    await go(here, 'localhost:8080/');
    await lab.pass(1e9);
    const { stderr } = await lab.run('node1', 'docker logs web');
    expect(stderr.match(/"GET \/ HTTP\/1.1" 200/g)).toHaveLength(2);
    expect(stderr.match(/"GET \/favicon.ico HTTP\/1.1" 404/g)).toHaveLength(1);
  });

  it('names what went wrong as browsers do', async () => {
    expect((await go(neighbour, 'http://192.168.56.11:8080/')).status).toBe(200);
    expect(await go(neighbour, 'http://192.168.56.11:8081/')).toMatchObject({ error: 'CONNECTION_REFUSED', status: 0 });
    expect(await go(here, 'http://nowhere.lab/')).toMatchObject({ error: 'NAME_NOT_RESOLVED' });
    expect(await go(here, 'http://localhost:6000/')).toMatchObject({ error: 'UNSAFE_PORT' });
    expect(await go(here, 'https://localhost:8080/')).toMatchObject({ error: 'SSL_PROTOCOL_ERROR' });
    expect(await go(here, 'ftp://localhost/')).toMatchObject({ error: 'INVALID_URL' });
    expect(await go(neighbour, 'http://192.168.56.77/')).toMatchObject({ error: 'ADDRESS_UNREACHABLE' });
    await lab.run('node1', 'docker run -d -p 8082:5000 busybox sleep 1d');
    expect(await go(here, 'http://localhost:8082/')).toMatchObject({ error: 'EMPTY_RESPONSE' });
  });

  it('can be stopped while nothing answers', async () => {
    await lab.run('node1', 'iptables -I DOCKER-USER -p tcp --dport 5000 -j DROP');
    const waiting = neighbour.visit({ url: 'http://192.168.56.11:8080/' });
    await lab.pass(2e9);
    neighbour.stop();
    expect(await driven(waiting)).toMatchObject({ error: 'ABORTED' });
    expect((await lab.run('node3', 'ss -tn; ps -e')).stdout).not.toMatch(/SYN-SENT|firefox/);
    await lab.run('node1', 'iptables -D DOCKER-USER 1');
    expect((await go(neighbour, 'http://192.168.56.11:8080/')).status).toBe(200);
  });

  it('follows redirections, and gives up on a loop', async () => {
    const conf =
      'server { listen 80; location /a { return 301 /b; } location /b { return 200 here; } location /l { return 302 /l; } }';
    await lab.run('node1', `docker run -d --name red -p 80:80 -p 8083:80 nginx`);
    await lab.run('node1', `docker exec red sh -c "echo '${conf}' > /etc/nginx/conf.d/default.conf; nginx -s reload"`);
    await lab.pass(2e9);
    const page = await go(here, 'http://localhost/a');
    expect(page).toMatchObject({ url: 'http://localhost/b', status: 200 });
    expect(page.redirects.map((r) => r.status)).toEqual([301]);
    // nginx knows the port it listens on, not the one that was published.
    expect((await go(here, 'http://localhost:8083/a')).url).toBe('http://localhost/b');
    expect(await go(here, 'http://localhost/l')).toMatchObject({ error: 'TOO_MANY_REDIRECTS' });
  });
});
