/**
 * Lets xterm.js work under `style-src 'self'`. It writes its theme into <style> elements, which such a policy blocks;
 * here it gets a document whose <style> elements hand their text to constructed style sheets, and whose `style`
 * attributes go through the CSSOM. Both are allowed, because only code that already runs can do so.
 */

/** A view of `real` to be given to xterm as `documentOverride`. */
export function documentFor(real: Document): Document {
  const create = (tag: string, options?: ElementCreationOptions): HTMLElement => {
    const element = real.createElement(tag, options);
    if (tag === 'div') keepStylesOut(element, real);
    return element;
  };
  return new Proxy(real, {
    get(target, key) {
      if (key === 'createElement') return create;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A <style> that is put into `element` stays out of the page, and what is written to it becomes a sheet. */
function keepStylesOut(element: HTMLElement, real: Document): void {
  element.appendChild = <T extends Node>(child: T): T => {
    if (child instanceof HTMLStyleElement) toSheet(child, real);
    else Node.prototype.appendChild.call(element, child);
    return child;
  };
}

function toSheet(element: HTMLStyleElement, real: Document): void {
  const sheet = new CSSStyleSheet();
  real.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
  element.remove = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((s) => s !== sheet);
  };
}

/**
 * xterm colours cells with `span.setAttribute('style', …)`, on spans of the real document. Here that writes through
 * the CSSOM instead, which the policy allows.
 */
HTMLSpanElement.prototype.setAttribute = function (this: HTMLSpanElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};
