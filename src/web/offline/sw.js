/**
 * The service worker. `BUILD` (a hash of the files) and `FILES` (their paths, relative to the page) are put in front of
 * this text when the page is built.
 */
/* global BUILD, FILES */

const PREFIX = 'drydock-';
const NAME = PREFIX + BUILD;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(NAME).then((cache) => cache.addAll(FILES.map((path) => new Request(path, { cache: 'no-cache' })))),
  );
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith(PREFIX) && name !== NAME;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      // The page that brought it here has no controller yet; pages of an older build keep theirs until they close.
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(NAME);
  // Servers that add `Vary: Origin` send everybody the same file.
  const how = { ignoreSearch: true, ignoreVary: true };
  const own = await cache.match(request, how);
  return own ?? (request.mode === 'navigate' ? await cache.match('./', how) : undefined) ?? fetch(request);
}
