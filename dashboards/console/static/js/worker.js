// Keeps the ticket pages and the console's own files in the phone, so that a page opens where there is no network. No data of the site:
// the pages keep what they last saw themselves, and the API is never answered from here.
const CACHE = 'guanjia-{{digest}}'

self.addEventListener('install', () => self.skipWaiting())

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
  await self.clients.claim()
})()))

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  const { pathname, origin } = new URL(url)
  if (method !== 'GET' || origin !== self.location.origin) return
  if (pathname.startsWith('/static/')) event.respondWith(keptFirst(event.request))
  else if (mode === 'navigate' && pathname.startsWith('/tickets')) event.respondWith(freshFirst(event.request))
})

/** A file's address changes with its content: what is kept is right for ever. */
async function keptFirst (request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}

async function freshFirst (request) {
  const cache = await caches.open(CACHE)
  try {
    const answer = await fetch(request)
    if (answer.ok) await cache.put(request, answer.clone())
    return answer
  } catch (problem) {
    const kept = await cache.match(request)
    if (kept) return kept
    throw problem
  }
}
