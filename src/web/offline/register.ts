/** Starts the service worker, where the browser has such a thing and the page is served so that it may. */
export function keepOffline(): void {
  // Without it the page works as well, as long as there is a network.
  navigator.serviceWorker?.register(new URL('sw.js', document.baseURI)).catch((error: unknown) => console.info(error));
}
