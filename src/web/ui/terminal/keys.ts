/** Keys in a terminal that are the page's and not the shell's. */
import type { Terminal } from '@xterm/xterm';
import { settings } from '../settings.svelte.ts';
import type { Tab } from './tabs.svelte.ts';

/** What a key does to its terminal. */
function actOf(event: KeyboardEvent, term: Terminal): string | undefined {
  if (!event.ctrlKey && !event.metaKey) return undefined;
  const key = event.key.toLowerCase();
  // ^C stays an interrupt unless something is selected
  if (key === 'c' && (event.shiftKey || term.hasSelection())) return 'copy';
  if (key === 'f' && event.shiftKey) return 'find';
  if (event.altKey) return undefined;
  return ({ '+': 'larger', '=': 'larger', '-': 'smaller', '0': 'reset' } as Record<string, string>)[key];
}

/** @returns whether the shell does not get this key */
export function keyed(event: KeyboardEvent, term: Terminal, tab: Tab): boolean {
  if (event.key === 'F6' || (event.key === 'Tab' && settings.tabLeaves)) return true;
  // the browser pastes
  if (event.ctrlKey && event.key.toLowerCase() === 'v') return true;
  const act = actOf(event, term);
  if (act === undefined) return false;
  if (event.type === 'keydown') {
    event.preventDefault();
    tab.act?.(act);
    if (act === 'copy') term.clearSelection();
  }
  return true;
}
