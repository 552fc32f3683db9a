/** The map and the tables in a real browser: what stands where, what a container says, drops, reduced motion. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

/** Where pictures go, when someone wants to look at them. */
const pictures = process.env.DRYDOCK_PICTURES;

let theatre: Stage;
let visit: Visit;
beforeAll(async () => {
  theatre = await stage();
});
afterEach(async () => {
  expect(visit.noise).toEqual([]);
  await visit.close();
});
afterAll(() => theatre.close());

const picture = async (name: string): Promise<void> => {
  if (pictures) await visit.page.screenshot({ path: `${pictures}/${name}.png` });
};
const cards = () => visit.page.locator('svg .card');
const card = (name: string) => visit.page.getByRole('button', { name: new RegExp(`^${name} `) });

async function open(...args: Parameters<Stage['open']>): Promise<void> {
  visit = await theatre.open(...args);
  if (!args[0]?.viewport || args[0].viewport.width > 860) await visit.sees('root@node1');
}

/** Where the cards are on the map, by name; their own coordinates, whatever part is in sight. */
const placesOf = (): Promise<Record<string, string>> =>
  visit.page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<SVGElement>('svg .card')].map((c) => [
        c.getAttribute('aria-label')?.split(' ')[0] ?? '',
        c.style.transform,
      ]),
    ),
  );

describe('the map', () => {
  it('draws two networks that cannot talk, and the rule that drops what tries', async () => {
    await open();
    await visit.type(
      'docker network create app; docker run -d --name db --net app redis; docker run -d --name web alpine sleep 1000; docker run -d --name both nginx; docker network connect app both',
    );
    await visit.page.waitForFunction(() => document.querySelectorAll('svg .card').length === 3);
    await visit.page.locator('svg .wall').waitFor();
    await visit.type('clear; docker exec web ping -c 1 -W 1 172.18.0.2');
    await visit.page.locator('svg .drop').first().waitFor();
    const said = await visit.page.locator('svg .drop').first().getAttribute('aria-label');
    expect(said).toMatch(/^raw PREROUTING DROP.*ICMP 172\.17\.0\.2 > 172\.18\.0\.2 echo request.*-d 172\.18\.0\.2/);
    expect(await visit.page.locator('svg .wall').first().getAttribute('aria-label')).toContain(
      'DOCKER-ISOLATION-STAGE-2',
    );
    await picture('map-drop');
    expect(await visit.faults()).toEqual([]);
    await visit.page.locator('svg .drop').first().click();
    await visit.page.locator('.journeys .dropped').waitFor();
    await picture('map-drop-way');
  });

  it('opens a container: addresses, processes, its packets, a shell', async () => {
    await open();
    await visit.type('docker run -d --name web -p 80:80 nginx');
    await card('web').click();
    const box = visit.page.getByRole('dialog', { name: 'web' });
    await box.getByText('nginx: worker process').first().waitFor();
    expect(await box.textContent()).toContain('172.17.0.2');
    await picture('map-popover');
    expect(await visit.faults()).toEqual([]);
    await box.getByRole('button', { name: 'Open a shell' }).click();
    await visit.sees(/root@[0-9a-f]{12}:/);
    await box.getByRole('button', { name: 'Show its packets' }).click();
    await visit.page.locator('.row').first().waitFor();
    expect(await visit.page.getByLabel('Place').inputValue()).toBe('node1/web');
  });

  it('keeps containers where they are, and folds what is too much', async () => {
    await open();
    await visit.type(
      'for i in $(seq 1 12); do docker run -d --name c$i alpine sleep 1000 >/dev/null; done; echo ready',
    );
    await visit.page.waitForFunction(() => document.querySelectorAll('svg .card').length === 12);
    const before = await placesOf();
    await picture('map-twelve');
    await visit.type(
      'clear; docker rm -f c3 c7 >/dev/null; docker run -d --name late alpine sleep 1000 >/dev/null; echo ready',
    );
    await card('late').waitFor();
    const after = await placesOf();
    for (const name of Object.keys(after)) if (name !== 'late') expect(after[name]).toBe(before[name]);
    expect(Object.keys(after).length).toBe(11);
  });

  it('pans and zooms by keyboard and wheel, says where there is more, and shows all again', async () => {
    await open();
    await visit.type('docker run -d --name web nginx');
    await cards().first().waitFor();
    const { page } = visit;
    const view = () => page.locator('.map[role=group] > svg > g').getAttribute('transform');
    const more = (side: string) => page.getByRole('button', { name: `More ${side}` });
    const start = await view();
    await page.locator('.map[role=group]').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    const closer = await view();
    expect(closer).not.toBe(start);
    await page.keyboard.press('ArrowRight');
    expect(await view()).not.toBe(closer);
    await page.keyboard.press('0');
    expect(await view()).toBe(start);
    expect(await more('to the right').count()).toBe(0);
    // With the control key the wheel changes the size, without it the wheel goes about.
    await page.mouse.move(900, 600);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -90);
    await page.keyboard.up('Control');
    await more('to the right').waitFor();
    await picture('map-closer');
    expect(await visit.faults()).toEqual([]);
    const large = await view();
    await page.mouse.wheel(60, 0);
    await expect.poll(view).not.toBe(large);
    expect((await view())?.split('scale')[1]).toBe(large?.split('scale')[1]);
    // What gets the focus comes into sight.
    await more('to the right').click();
    await more('to the right').waitFor({ state: 'detached' });
    await page.locator('.map[role=group]').focus();
    await page.keyboard.press('Tab');
    expect(await card('web').evaluate((e) => e === document.activeElement)).toBe(true);
    const inside = await card('web').evaluate((e) => {
      const [a, b] = [e.getBoundingClientRect(), e.closest('.map')!.getBoundingClientRect()];
      return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
    });
    expect(inside).toBe(true);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await view()).toBe(start);
  });

  it('has sixty containers on five networks in sight, and of more than sixty a few of each', async () => {
    await open({ viewport: { width: 1366, height: 768 } });
    const { page } = visit;
    await visit.type(
      'for n in $(seq 5); do docker network create n$n; for i in $(seq 12); do docker run -d --net n$n --name n$n-$i alpine sleep 1000; done; done >/dev/null; clear; echo ready',
    );
    await card('n5-12').waitFor();
    await picture('map-sixty');
    const whole = () =>
      cards().evaluateAll((all) => {
        const pane = document.querySelector('.map[role=group]')!.getBoundingClientRect();
        return all.every((e) => {
          const { left, right, top, bottom, height } = e.getBoundingClientRect();
          return left >= pane.left && right <= pane.right && top >= pane.top && bottom <= pane.bottom && height > 12;
        });
      });
    expect(await whole()).toBe(true);
    await visit.type('for i in $(seq 2); do docker run -d --name more$i alpine sleep 1000; done >/dev/null');
    await page.getByRole('button', { name: 'Show 3 more containers' }).first().waitFor();
    await picture('map-crowd');
    await page.getByRole('button', { name: 'Show 3 more containers' }).first().click();
    await page.getByRole('button', { name: 'fewer' }).click();
    await page.getByRole('button', { name: 'fewer' }).waitFor({ state: 'detached' });
  });

  it('moves nothing when motion is not wanted', async () => {
    await open({ reducedMotion: 'reduce' });
    await visit.type('docker run -d --name web nginx && ping -c 3 -i 0.2 172.17.0.2');
    const glyph = visit.page.locator('.flights > svg').first();
    await glyph.waitFor();
    await visit.page.locator('.flights .lit').first().waitFor();
    await visit.sees('3 received');
  });

  it('draws other machines in full when they have containers, and the ways between', async () => {
    await open({ viewport: { width: 1500, height: 1000 }, colorScheme: 'dark' });
    await visit.type(
      'docker run -d --name web -p 80:80 -p 127.0.0.1:81:80 nginx; docker network create -d macvlan --subnet 192.168.56.0/24 -o parent=eth0 wire; docker run -d --name wired --net wire nginx; docker run -d --net host --name hosted redis; docker run -d --net none --name alone alpine sleep 1000',
    );
    await card('alone').waitFor();
    await visit.at('node3');
    await visit.type('docker run -d --name far nginx; ping -c 2 192.168.56.11');
    await card('far').waitFor();
    await visit.page.waitForTimeout(300);
    await picture('map-machines');
    expect(await visit.faults()).toEqual([]);
  });

  it('reads on a telephone', async () => {
    await open({ viewport: { width: 360, height: 740 } });
    await visit.page.getByRole('tab', { name: 'Terminal', exact: true }).click();
    await visit.sees('root@node1');
    await visit.type('docker run -d --name web -p 80:80 nginx');
    await visit.page.getByRole('tab', { name: 'Network', exact: true }).click();
    await card('web').waitFor();
    await picture('map-narrow');
    const edges = await visit.page
      .locator('svg .machine')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().right));
    expect(Math.max(...edges)).toBeLessThanOrEqual(360);
    expect(Math.max(...edges)).toBeGreaterThan(300);
    expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await visit.faults()).toEqual([]);
  });
});

describe('the tables', () => {
  it('show connections, rules with counters that move, and what a container has', async () => {
    await open();
    await visit.type('docker run -d --name web -p 80:80 nginx; docker ps --format "up {{.Names}}"');
    await visit.sees('up web');
    const { page } = visit;
    await page.getByRole('tab', { name: 'Tables' }).click();
    await page.getByRole('button', { name: 'Rules' }).click();
    const dnat = page.locator('tr', { hasText: '-j DNAT --to-destination 172.17.0.2:80' });
    await dnat.waitFor();
    const packets = () => dnat.locator('td').nth(2).textContent();
    expect(await packets()).toBe('0');
    await visit.at('node3');
    await visit.type('curl -s http://192.168.56.11/ | grep -c nginx');
    await page.locator('td.changed').first().waitFor();
    expect(await packets()).toBe('1');
    await picture('tables-rules');
    expect(await visit.faults()).toEqual([]);
    await page.getByRole('button', { name: 'Connections' }).click();
    await page.locator('td', { hasText: 'TIME_WAIT' }).first().waitFor();
    expect(await page.locator('tr', { hasText: '192.168.56.13' }).first().textContent()).toContain('DNAT');
    await picture('tables-connections');
    for (const [name, text] of [
      ['Routes', '172.17.0.0/16'],
      ['Neighbours', '172.17.0.2'],
      ['Forwarding', 'docker0'],
      ['Sockets', 'docker-proxy'],
    ] as const) {
      await page.getByRole('button', { name }).click();
      await page.locator('td', { hasText: text }).first().waitFor();
    }
    await page.getByLabel('Place').selectOption('node1/web');
    await page.locator('td', { hasText: '0.0.0.0:80' }).waitFor();
    expect(await page.locator('caption').textContent()).toContain('node1/web');
  });
});
