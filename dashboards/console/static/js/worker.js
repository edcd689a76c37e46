// Keeps the ticket pages and the console's own files in the phone, so that a page opens where there is no network. No data of the site:
// the pages keep what they last saw themselves, and the API is never answered from here.
const CACHE = 'guanjia-{{digest}}'
const FILES = JSON.parse('{{files}}')
/** Every ticket's page is the same shell. */
const LIST = '/tickets'
const ONE = '/tickets/any'

self.addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE)
  await cache.addAll([...FILES, LIST, ONE])
  await self.skipWaiting()
})()))

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
  await self.clients.claim()
})()))

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  const { pathname, origin } = new URL(url)
  if (method !== 'GET' || origin !== self.location.origin) return
  if (pathname.startsWith('/static/')) event.respondWith(kept(event.request))
  else if (mode === 'navigate' && pathname.startsWith(LIST)) event.respondWith(fresh(event.request, pathname === LIST ? LIST : ONE))
})

/** A file's address changes with its content: what is kept is right for ever. */
const kept = async (request) => await caches.match(request) ?? fetch(request)

/** The server's page if it answers, else the shell that is kept. */
async function fresh (request, shell) {
  try {
    return await fetch(request)
  } catch (problem) {
    const found = await caches.match(shell)
    if (found) return found
    throw problem
  }
}
