/** The simulated browser in a real one: pages of the lab's servers, and markup that means harm. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
let visit: Visit;
beforeAll(async () => {
  theatre = await stage();
  visit = await theatre.open();
  await visit.sees('root@node1');
});
afterAll(async () => {
  await visit?.close();
  await theatre?.close();
});

const bar = () => visit.page.getByRole('form', { name: 'Browser' });
const frame = () => visit.page.frameLocator('iframe');

/** Serves files from a container at http://localhost:PORT/. */
async function serve(port: number, files: Readonly<Record<string, string>>): Promise<void> {
  const write = Object.entries(files).map(
    ([name, text]) => `echo ${Buffer.from(text).toString('base64')} | base64 -d > /srv${port}/${name}`,
  );
  await visit.type('clear');
  await visit.type(`mkdir -p /srv${port}; ${write.join('; ')}`);
  await visit.type(
    `docker run -d -p ${port}:80 -v /srv${port}:/usr/share/nginx/html nginx; sleep 1; echo up-$((${port}+1))`,
  );
  await visit.sees(`up-${port + 1}`);
}

async function go(address: string): Promise<void> {
  const { page } = visit;
  await page.getByRole('tab', { name: 'Browser' }).click();
  await bar().getByLabel('Address').fill(address);
  await bar().getByLabel('Address').press('Enter');
}

it('shows pages, follows links and forms, and finds the way back', async () => {
  await serve(8090, {
    'index.html':
      '<title>First</title><h1>One</h1><p id=here>x</p><a href="two.html?a=1">to two</a><form action=two.html><input name=q value=7><button>Ask</button></form>',
    'two.html': '<title>Second</title><h1>Two</h1>',
  });
  await go('localhost:8090');
  await frame().getByRole('heading', { name: 'One' }).waitFor();
  await frame().getByRole('link', { name: 'to two' }).click();
  await frame().getByRole('heading', { name: 'Two' }).waitFor();
  expect(await bar().getByLabel('Address').inputValue()).toBe('http://localhost:8090/two.html?a=1');
  await bar().getByRole('button', { name: 'Back' }).click();
  await frame().getByRole('button', { name: 'Ask' }).click();
  await frame().getByRole('heading', { name: 'Two' }).waitFor();
  expect(await bar().getByLabel('Address').inputValue()).toBe('http://localhost:8090/two.html?q=7');
  await bar().getByRole('button', { name: 'Back' }).click();
  await bar().getByRole('button', { name: 'Forward' }).click();
  await frame().getByRole('heading', { name: 'Two' }).waitFor();
});

it('names what went wrong', async () => {
  await go('localhost:9');
  await visit.page.getByText('ERR_UNSAFE_PORT').waitFor();
  await go('localhost:9999');
  await visit.page.getByText('ERR_CONNECTION_REFUSED').waitFor();
});

it('lets no page run anything, load anything or reach the page around it', async () => {
  const out: string[] = [];
  // A request that the policy stops has no answer.
  visit.page.on('response', (r) => {
    if (!r.url().startsWith('data:')) out.push(r.url());
  });
  await serve(8091, {
    'index.html': `<base href="http://localhost:8091/"><title>x</title>
<script>parent.document.title = 'taken'</script>
<style>@import "/x.css"; body { background: url(/evil.png) } @font-face { font-family: e; src: url(/evil.woff) } h1 { font-family: e }</style>
<meta http-equiv="refresh" content="0;url=http://evil.example/">
<img src="http://evil.example/a.png" onerror="parent.document.title='taken'">
<img name="body"><img name="querySelector"><form name="adoptedStyleSheets"><input name="childNodes"><input name="attributes"></form>
<svg onload="parent.document.title='taken'"><script>1</script></svg>
<iframe src="http://evil.example/"></iframe><object data="http://evil.example/"></object>
<a href="javascript:parent.document.title='taken'">js</a><a href="http://evil.example/" target="_top">top</a>
<p style="background: u\\72l(/evil2.png)" onclick="parent.document.title='taken'">text</p><h1>Harmless</h1>`,
  });
  await go('localhost:8091');
  await frame().getByRole('heading', { name: 'Harmless' }).waitFor();
  const title = await visit.page.title();
  await frame().getByText('js', { exact: true }).click();
  await frame().getByText('text', { exact: true }).click();
  await frame().getByRole('link', { name: 'top' }).click({ button: 'middle' });
  await frame().getByRole('link', { name: 'top' }).click();
  await visit.page.getByText('ERR_NAME_NOT_RESOLVED').waitFor();
  expect(await visit.page.title()).toBe(title);
  expect(visit.page.context().pages()).toHaveLength(1);
  // What the page itself still loads are modules of its own.
  expect(out.filter((url) => url.includes('evil') || url.includes('x.css'))).toEqual([]);
  expect(visit.noise.filter((text) => !text.includes('Content Security Policy'))).toEqual([]);
});
