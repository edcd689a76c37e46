// One ticket, made for a thumb in a cellar: what, where, since, clock, what to check first, trend, history; and the next step.
import { h, renew } from '../core/dom.js'
import * as api from '../core/api.js'
import { changed, drawLive, followSite, live, loadSite, takeTicket } from '../core/live.js'
import { t } from '../core/words.js'
import { keepSending } from '../site/queue.js'
import { stepBar } from './steps.js'
import { story } from './story.js'
import { clockPanel, firstChecks, subject } from './subject.js'
import { followTrend, trend } from './trend.js'

const id = decodeURIComponent(location.pathname.split('/').at(-1))
const KEPT = `guanjia.ticket.${id}`

export const view = { ticket: null, problem: '', form: null }

export async function open (root) {
  restore()
  const page = h('main', { class: 'ticket-page' })
  root.append(page)
  navigator.serviceWorker?.register('/worker.js').catch(() => {})
  await Promise.all([loadSite().then(() => followSite({ onTicket: hear })), load()]).catch(unlessKept)
  keepSending({ sent: take, refused: (_, error) => { view.problem = t('ticket.refused', { reason: error.message }); load() } })
  drawLive(() => renew(page, ...content()))
  if (view.ticket) followTrend(view.ticket)
}

/** What was last seen of this ticket and its site is kept in the phone: a cellar has no network. */
function restore () {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null')
  if (!kept) return
  view.ticket = kept.ticket
  Object.assign(live, { me: kept.me, site: kept.site, areas: new Map(kept.site.areas.map((area) => [area.id, area])) })
}

async function load () {
  view.ticket = await api.ticket(id)
  if (live.site) localStorage.setItem(KEPT, JSON.stringify({ ticket: view.ticket, me: live.me, site: live.site }))
  changed()
}

function unlessKept (error) {
  if (error.status === 404) view.problem = t('ticket.unknown')
  else if (error.status !== 0 || !view.ticket) view.problem = error.message
  if (error.status === 0) live.link = { ...live.link, lost: true }
}

function hear (event) {
  if ((event.ticket ?? event).id === id) load().catch(() => {})
}

/** The ticket as the server answered an act; its story is fetched anew. */
export function take (ticket) {
  takeTicket(ticket)
  Object.assign(view, { ticket: { ...view.ticket, ...ticket }, problem: '', form: null })
  load().catch(() => {})
  changed()
}

function content () {
  const { ticket } = view
  if (!ticket || !live.me) return [h('p', { class: 't1 alone' }, view.problem || t('loading'))]
  document.title = ticket.number
  return [
    h('header', { class: 'ticket-head t2', 'data-key': 'head' },
      h('a', { class: 'back', href: '/tickets', 'aria-label': t('page.tickets') }, '‹'),
      h('span', {}, t('ticket.number', { number: ticket.number })), h('span', { class: 'stand' }, t(`ticket.state.${ticket.state}`))),
    live.link.lost ? h('p', { class: 'offline t1', 'data-key': 'offline' }, t('ticket.offline')) : null,
    subject(ticket), clockPanel(ticket), firstChecks(ticket), trend(), story(ticket), stepBar(ticket)
  ].filter(Boolean)
}
