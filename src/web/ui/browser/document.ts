/**
 * Received markup made harmless: a copy of it from an allow-list of elements and attributes, in which every picture and
 * style sheet has been fetched through the lab. Nothing of the original can run, load or lead anywhere by itself.
 */
import type { Visited } from '../../worker/api.ts';
import { dataUrl, textOf, typeOf } from './decode.ts';

/** Fetches a part of a page through the lab. */
export type FetchPart = (url: string) => Promise<Visited>;

/** What the frame shows. */
export interface Rendered {
  readonly title: string;
  readonly body: DocumentFragment;
  readonly styles: readonly string[];
  /** Scripts that were left out. */
  readonly scripts: number;
}

/** Elements that are left out with all that is in them. */
const DROPPED = new Set(
  'script style template iframe frame frameset object embed applet base link meta title audio video source track portal'.split(
    ' ',
  ),
);

const KEPT =
  'class title alt lang dir width height colspan rowspan scope span start reversed value type placeholder for checked selected disabled readonly multiple size rows cols maxlength min max step open align valign border cellpadding cellspacing bgcolor color face href action method datetime label cite role'.split(
    ' ',
  );
const ATTRIBUTES = new Set(KEPT);
/** Where a name is the name of a field, and not another word for a property of the document. */
const FIELDS = new Set(['input', 'select', 'textarea', 'button', 'output']);
/** Ids are kept with this before them: a fragment finds them, no property is hidden by them. */
export const ID = 'page-';

/** Put before `name` and `id` while the markup is read. */
const HELD = 'held-';

/** Names and ids of markup are other words for properties of its document and forms: out of the way with them. */
function hold(el: Element): void {
  const { getAttribute, removeAttribute, setAttribute } = Element.prototype;
  for (const name of ['name', 'id']) {
    const value = getAttribute.call(el, name);
    if (value === null) continue;
    removeAttribute.call(el, name);
    setAttribute.call(el, HELD + name, value);
  }
}

/** @param base address the markup came from */
export async function render(markup: string, base: string, fetchPart: FetchPart): Promise<Rendered> {
  const source = new DOMParser().parseFromString(markup, 'text/html');
  const find = (what: string) => [...Document.prototype.querySelectorAll.call(source, what)];
  for (const el of find('[name], [id]')) hold(el);
  const from = resolve(find('base')[0]?.getAttribute('href') ?? '', base) ?? base;
  const body = document.createDocumentFragment();
  const pictures: { readonly made: Element; readonly url: string }[] = [];
  const [root] = find('body');
  if (root)
    copyChildren(root, body, (made, original) => {
      const url = original.localName === 'img' ? resolve(original.getAttribute('src') ?? '', from) : undefined;
      if (url) pictures.push({ made, url });
    });
  const sheets = await Promise.all(
    find('style, link[rel~="stylesheet" i]').map(async (el) => {
      if (el.localName === 'style') return el.textContent ?? '';
      const url = resolve(el.getAttribute('href') ?? '', from);
      const got = url ? await fetchPart(url) : undefined;
      return got && got.status < 400 && !got.error ? textOf(got) : '';
    }),
  );
  for (const { made, url } of pictures) {
    if (url.startsWith('data:')) made.setAttribute('src', url);
    else {
      const got = await fetchPart(url);
      if (got.status < 400 && !got.error && typeOf(got).startsWith('image/')) made.setAttribute('src', dataUrl(got));
    }
  }
  return {
    title: find('title')[0]?.textContent?.trim() ?? '',
    body,
    // An import would fetch past the lab (and is not allowed in a constructed sheet).
    styles: sheets.map((s) => s.replace(/@import[^;]*;/g, '')),
    scripts: find('script').length,
  };
}

/** An absolute http(s) or data: address, or undefined. */
export function resolve(reference: string, base: string): string | undefined {
  try {
    const url = new URL(reference, base);
    return ['http:', 'https:', 'data:'].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function copyChildren(from: Element, to: Node, told: (made: Element, original: Element) => void): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.appendChild(document.createTextNode(child.textContent ?? ''));
    if (!(child instanceof Element) || DROPPED.has(child.localName)) continue;
    // Drawings are of another namespace and have ways of their own to load things.
    if (child.namespaceURI !== 'http://www.w3.org/1999/xhtml') continue;
    const known = document.createElement(child.localName);
    const made = known instanceof HTMLUnknownElement ? document.createElement('span') : known;
    for (const { name, value } of child.attributes) {
      if (name === `${HELD}id` || name === 'for') made.setAttribute(name.replace(HELD, ''), ID + value);
      else if (name === `${HELD}name` && FIELDS.has(child.localName)) made.setAttribute('name', value);
      else if (name === 'href' && !value.startsWith('#') && !resolve(value, 'http://x/')) continue;
      else if (ATTRIBUTES.has(name) || name.startsWith('aria-') || name.startsWith('data-'))
        made.setAttribute(name, value);
      // By the object model, since the page's policy has no exception for styles in markup.
      else if (name === 'style') made.style.cssText = value;
    }
    told(made, child);
    copyChildren(child, made, told);
    to.appendChild(made);
  }
}
