/** The built page in a real browser, and what a person does with it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the tests' own browser says where it forbids service workers. */
const BLOCKED = 'Service Worker registration blocked by Playwright';

/** A served page and a browser for it. */
export interface Stage {
  readonly address: string;
  /** Opens the page in a context of its own. @param where in the course: `#/lesson/step` */
  open(options?: BrowserContextOptions, where?: string): Promise<Visit>;
  close(): Promise<void>;
}

/** Serves dist/web and starts a browser. */
export async function stage(): Promise<Stage> {
  const server = await preview({ root, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  const browser: Browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const address = `http://127.0.0.1:${(server.httpServer.address() as { port: number }).port}/`;
  return {
    address,
    async open(options = {}, where = '') {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en',
        // What keeps the page for offline use is tried on its own: elsewhere each visit is a first one.
        serviceWorkers: 'block',
        ...options,
      });
      // A busy machine is waited for: only what hangs is a fault.
      context.setDefaultTimeout(120_000);
      const page = await context.newPage();
      const visit = new Visit(page, address);
      await page.goto(`${address}${where}`);
      return visit;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** One person's visit to the page. */
export class Visit {
  /** What the page complained about, or fetched from elsewhere. */
  readonly noise: string[] = [];

  constructor(
    readonly page: Page,
    address: string,
  ) {
    page.on('console', (m) => {
      if (m.type() !== 'error' && m.type() !== 'warning') return;
      if (m.text() !== BLOCKED) this.noise.push(m.text());
    });
    page.on('pageerror', (e) => this.noise.push(e.message));
    page.on('request', (r) => {
      if (!r.url().startsWith(address) && !r.url().startsWith('data:')) this.noise.push(`request to ${r.url()}`);
    });
  }

  /** Brings a machine's terminal to the front and the cursor into it. */
  async at(machine: string): Promise<void> {
    const tab = this.page.locator(`#shell-tab-${machine}`);
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    await this.page.locator('.shell:not([hidden]) .xterm').click();
  }

  /** Types a line into the terminal in front. */
  async type(line: string): Promise<void> {
    await this.page.locator('.shell:not([hidden]) .xterm').click();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** The text of the terminal in front, a line to a line; what the terminal has wrapped is one line again. */
  screen(): Promise<string> {
    return this.page.evaluate(() => {
      const shell = document.querySelector('.shell:not([hidden])');
      const rows = [...(shell?.querySelectorAll('.xterm-rows > div') ?? [])];
      const width = shell?.querySelector('.xterm-screen')?.clientWidth ?? 0;
      const span = rows.find((r) => (r.firstChild?.textContent?.length ?? 0) > 3)?.firstChild as Element | undefined;
      const cell = (span?.getBoundingClientRect().width ?? 8) / (span?.textContent?.length ?? 1);
      const columns = Math.round(width / cell);
      return rows
        .map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' '))
        .map((text) => (text.length >= columns && !text.endsWith(' ') ? text : `${text.trimEnd()}\n`))
        .join('');
    });
  }

  /** Waits until the terminal in front shows this. @returns what matched @throws Error with the screen as it is */
  async sees(what: string | RegExp, patience = 120_000): Promise<RegExpExecArray> {
    const pattern = typeof what === 'string' ? new RegExp(what.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : what;
    const end = Date.now() + patience;
    for (;;) {
      const text = await this.screen();
      const found = pattern.exec(text);
      if (found) return found;
      if (Date.now() > end) throw new Error(`${pattern} is not on the screen:\n${text}`);
      await this.page.waitForTimeout(40);
    }
  }

  /** Waits until a command has ended in the terminal in front: its last line is there, and a prompt after it. */
  async ended(machine: string, line: string, patience = 120_000): Promise<void> {
    const prompt = new RegExp(`root@${machine}:~# *\\s*$`);
    const end = Date.now() + patience;
    for (let seen = 0; seen < 2; ) {
      const text = await this.screen();
      const echoed = text.includes(line) || text.trim().split('\n').length > 3;
      seen = echoed && prompt.test(text) ? seen + 1 : 0;
      if (Date.now() > end) throw new Error(`'${line}' has not ended:\n${text}`);
      await this.page.waitForTimeout(40);
    }
  }

  /** How many steps of the lesson are done. */
  done(): Promise<number> {
    return this.page.locator('.steps > li.done').count();
  }

  /** Serious faults of the page, as axe names them. */
  async faults(): Promise<string[]> {
    // As a debugger would: the page's own policy forbids it scripts from elsewhere.
    await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      const run = (
        window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
      ).axe;
      const { violations } = await run.run();
      return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
    });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
