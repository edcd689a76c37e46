// One ticket, made for a thumb in a cellar: what, where, since, clock, what to check first, trend, history; and the next step.
import { h, renew } from '../core/dom.js'
import { drawLive, followSite, live, loadSite } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { bell, seeAbout } from '../frame/bell.js'
import { keepSending } from '../site/queue.js'
import { id, load, restore, take, view } from './state.js'
import { stepBar } from './steps.js'
import { story } from './story.js'
import { clockPanel, firstChecks, subject, traceLink } from './subject.js'
import { followTrend, trend } from './trend.js'

export async function open (root) {
  restore()
  const page = h('main', { class: 'ticket-page' })
  root.append(page)
  navigator.serviceWorker?.register('/worker.js').catch(() => {})
  await connect()
  keepSending({ sent: take, refused: (_, error) => { view.problem = t('ticket.refused', { reason: said(error) }); load() } })
  drawLive(() => { renew(page, ...content()); seeAbout(id) })
}

const RETRY_MS = 4000

/** Opened in a cellar, the page shows what it has and tries again until there is a way. */
async function connect () {
  try {
    await loadSite()
    await load()
    live.link = { lost: false }
    await followSite({ onTicket: hear })
    followTrend(view.ticket)
  } catch (error) {
    if (error.status === 404) view.problem = t('ticket.unknown')
    else if (error.status !== 0 || !view.ticket) view.problem = said(error)
    if (error.status !== 0) return
    live.link = { ...live.link, lost: true }
    setTimeout(connect, RETRY_MS)
  }
}

function hear (event) {
  if ((event.ticket ?? event).id === id) load().catch(() => {})
}

function content () {
  const { ticket } = view
  if (!ticket || !live.me) {
    return [h('div', { class: 't1 alone' }, h('p', {}, view.problem || t('loading')),
      view.problem ? h('p', {}, h('a', { class: 'link', href: '/tickets' }, t('page.tickets'))) : null)]
  }
  document.title = ticket.number
  return [
    h('header', { class: 'ticket-head t2', 'data-key': 'head' },
      h('a', { class: 'back', href: '/tickets', 'aria-label': t('page.tickets') }, '‹'),
      h('span', {}, t('ticket.number', { number: ticket.number })), h('span', { class: 'stand' }, t(`ticket.state.${ticket.state}`)), bell()),
    live.link.lost ? h('p', { class: 'offline t1', 'data-key': 'offline' }, t('ticket.offline')) : null,
    h('div', { class: 'ticket-columns', 'data-key': 'columns' },
      h('div', {}, subject(ticket), clockPanel(ticket), firstChecks(ticket)),
      h('div', {}, trend(), traceLink(ticket), story(ticket))),
    stepBar(ticket)
  ].filter(Boolean)
}
