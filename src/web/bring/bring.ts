/** Brings a lesson's files from another site and hands them to the page as text in a link. */
import './bring.css';
import { fetched, rawAddress } from '../ui/write/folder.ts';
import { packFiles } from '../ui/write/packed.ts';

const said = document.getElementById('said') as HTMLElement;
const address = new URLSearchParams(location.hash.slice(1)).get('url') ?? '';
const chinese = navigator.language.toLowerCase().startsWith('zh');

function say(en: string, zh: string): void {
  said.textContent = chinese ? zh : en;
  said.lang = chinese ? 'zh-CN' : 'en';
}

async function bring(): Promise<void> {
  say(`Fetching ${address} …`, `正在读取 ${address} ……`);
  try {
    const files = await fetched(rawAddress(new URL(address)));
    if (files['lesson.yaml'] !== undefined) {
      const to = new URLSearchParams({ from: address, lesson: await packFiles(files) });
      location.replace(`./#/try?${to}`);
      return;
    }
    say(`There is no lesson.yaml at ${address}.`, `${address} 下没有 lesson.yaml。`);
  } catch (error) {
    console.info(error);
    say(
      `${address} could not be read: the address is wrong, or its site does not let other pages read it (CORS).`,
      `无法读取 ${address}：地址有误，或者该站点不允许其他网页读取（CORS）。`,
    );
  }
}

void bring();
