// The ticket this page is about, as it was last seen here or at the server.
import * as api from '../core/api.js'
import { changed, live, takeTicket } from '../core/live.js'

export const id = decodeURIComponent(location.pathname.split('/').at(-1))
const KEPT = `guanjia.ticket.${id}`

export const view = { ticket: null, problem: '', form: null }

/** What was last seen of this ticket and its site is kept in the phone: a cellar has no network. */
export function restore () {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null')
  if (!kept) return
  view.ticket = kept.ticket
  Object.assign(live, { me: kept.me, site: kept.site, areas: mapped(kept.site.areas), people: mapped(kept.people ?? []) })
}

const mapped = (items) => new Map(items.map((item) => [item.id, item]))

export async function load () {
  view.ticket = await api.ticket(id)
  localStorage.setItem(KEPT, JSON.stringify({ ticket: view.ticket, me: live.me, site: live.site, people: [...live.people.values()] }))
  changed()
}

/** The ticket as the server answered an act; its story is fetched anew. */
export function take (ticket) {
  takeTicket(ticket)
  Object.assign(view, { ticket: { ...view.ticket, ...ticket }, problem: '', form: null })
  load().catch(() => {})
  changed()
}
