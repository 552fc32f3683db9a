/** Keeps the session in the browser: a moment after each command, and each tick of the lesson. */
import { PREVIEW } from '../course/route.ts';
import { embedded } from '../embedded.ts';
import type { Session } from '../session.svelte.ts';
import { settings } from '../settings.svelte.ts';
import { keep } from './keep.ts';

/** From a change to its being kept, ms. */
const MOMENT = 400;

/** To be called while a component is set up. @param session the present one */
export function saveWhileShown(session: () => Session | undefined): void {
  $effect(() => {
    const now = session();
    if (!now || now.lesson === PREVIEW || embedded) return;
    now.progress;
    if (now.timeline.commands.length + now.epoch === 0 || now.replay || !settings.resume) return;
    const timer = setTimeout(async () => {
      const log = await now.remote.log.pack();
      if (session() === now && settings.resume && !now.replay) keep(now.lesson, log);
    }, MOMENT);
    return () => clearTimeout(timer);
  });
}
