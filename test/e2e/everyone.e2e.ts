/** Every view of the page as axe judges it: in light and dark, in English and Chinese. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

const pictures = process.env.DRYDOCK_PICTURES;

/** Opens a pane below the terminals. */
const pane = (page: Page, id: string) => page.locator(`#pane-tab-${id}`).click();

async function run(visit: Visit, machine: string, command: string): Promise<void> {
  await visit.at(machine);
  await visit.page.keyboard.press('Control+l');
  await visit.type(command);
  await visit.ended(machine, command);
}

for (const locale of ['en', 'zh'])
  it(`has no accessibility faults in ${locale}`, async () => {
    // Without motion, so that no colour is judged on its way to another.
    const visit = await theatre.open({ locale, reducedMotion: 'reduce' }, '#/under-the-hood');
    const { page } = visit;
    const found: string[] = [];
    const look = async (view: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        if (pictures) await page.screenshot({ path: `${pictures}/${view}-${locale}-${colorScheme}.png` });
        found.push(...(await visit.faults()).map((f) => `${view}, ${colorScheme}: ${f}`));
      }
    };
    const form = (step: string) => page.locator(`#body-${step} .question`);
    await visit.sees(/root@node1:~# *$/m);
    await form('rules').waitFor();
    await page.locator('#pane-tab-map').waitFor();
    await look('lesson');

    await form('rules').locator('input[value="none"]').check();
    await form('rules').locator('button[type="submit"]').click();
    await form('rules').locator('.reply.waiting').waitFor();
    for (let i = 0; i < 4; i++) await page.locator('#body-rules > button.quiet').click();
    await form('rules').scrollIntoViewIfNeeded();
    await look('prediction');

    await pane(page, 'browser');
    await look('browser-start');
    await run(visit, 'node3', 'curl http://192.168.56.11:8080/');
    await page.locator('li.done #step-rules').waitFor();
    await form('proxy').locator('input.typed').fill('python');
    await page.keyboard.press('Enter');
    await form('proxy').locator('.reply.wrong').waitFor();
    await page.locator('.browser .start button').click();
    await page.frameLocator('.browser iframe').getByText('Hello world!').waitFor();
    await look('answer');

    await page.locator('.browser input').fill('http://localhost:81/');
    await page.keyboard.press('Enter');
    await page.locator('.browser [role=alert]').waitFor();
    await page.locator('#step-clear').click();
    await page.locator('#body-clear .start button').click();
    await page.locator('li.open #step-clear').waitFor();
    await visit.at('node1');
    await visit.sees(/root@node1:~# *$/m);
    await look('browser-failure');

    for (const command of ['docker stop -t 1 moved', 'docker start moved', 'docker rm -f moved'])
      await run(visit, 'node1', command);
    await page.locator('.summary').scrollIntoViewIfNeeded();
    await look('summary');

    await page.locator('.course button').click();
    await page.locator('dialog[open]').waitFor();
    await look('outline');
    await page.locator('dialog a[href="#/free"]').click();
    await page.locator('#region-lesson article ul').first().waitFor();
    await visit.sees(/root@node1:~# *$/m);
    await look('free');

    expect(found).toEqual([]);
    expect(visit.noise).toEqual([]);
    await visit.close();
  });
