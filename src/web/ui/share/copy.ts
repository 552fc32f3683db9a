/** Puts a text on the clipboard, also where a page has no such thing: over http, or in a frame that may not. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    // Beside the pressed button: a dialog lets nothing outside it be chosen.
    (document.activeElement?.parentElement ?? document.body).append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}
