/** The browser's tab of each session, kept while its pane is not in front. */
import type { Session } from '../session.svelte.ts';
import { Tab } from './tab.svelte.ts';

const tabs = new WeakMap<Session, Tab>();

export function tabOf(session: Session): Tab {
  let tab = tabs.get(session);
  if (!tab) {
    tab = new Tab({
      visit: (machine, visit) => session.remote.visits.visit(machine, visit),
      stop: (machine) => void session.remote.visits.stop(machine),
    });
    tabs.set(session, tab);
  }
  return tab;
}
