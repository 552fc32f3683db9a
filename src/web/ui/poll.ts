/** Looking at something again and again, while a component is shown and the page is in sight. */
import { onMount } from 'svelte';

/** To be called while a component is set up. @param every ms from the end of a look to the next */
export function pollWhileShown(every: number, look: () => Promise<void>): void {
  onMount(() => {
    let over = false;
    const loop = async () => {
      while (!over) {
        if (!document.hidden) await look();
        await new Promise((resolve) => setTimeout(resolve, every));
      }
    };
    void loop();
    return () => {
      over = true;
    };
  });
}
