// The list of tickets, by urgency; and opening one by hand.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant, now } from '../core/clock.js'
import { age, since } from '../core/format.js'
import { changed, followSite, live, loadSite, takeTicket } from '../core/live.js'
import { said } from '../core/said.js'
import { say, t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { personName } from '../site/people.js'
import { byUrgency, clockView, mainClock, nextClock } from '../site/promise.js'
import { ticketTitle, waitWords } from '../site/tickets.js'

const CLASSES = ['emergency', 'small', 'large', 'hard']
const view = { mine: new URLSearchParams(location.search).has('mine'), draft: null, problem: '' }

export async function open (root) {
  await loadSite()
  await followSite()
  navigator.serviceWorker?.register('/worker.js').catch(() => {})
  drawDesk(root, 'tickets', content)
}

function content () {
  const all = [...live.tickets.values()].filter((ticket) => !view.mine || ticket.owner === live.me.name).sort(byUrgency(now()))
  const mayOpen = live.me.rights.includes('ticket_open')
  return [
    h('div', { class: 'filters', 'data-key': 'filters' },
      [false, true].map((mine) => h('button',
        { class: 'chip', type: 'button', 'aria-pressed': String(view.mine === mine),
        onclick: () => { view.mine = mine; changed() } }, t(mine ? 'tickets.mine' : 'tickets.all', { count: live.tickets.size }))),
      h('span', { class: 'push' }),
      mayOpen && !view.draft ? h('button', { class: 'button', type: 'button', onclick: startDraft }, t('tickets.open')) : null),
    view.draft ? draftForm() : null,
    h('section', { class: 'panel ticket-list', 'data-key': 'list' }, all.length ? h('ol', {}, all.map(row))
      : h('p', { class: 'nothing t2' }, t('wall.no_tickets')))
  ]
}

function row (ticket) {
  const clock = mainClock(ticket)
  const shown = clock ? clockView(clock, ticket, now()) : { text: age(now() - instant(ticket.opened_at)), fraction: 0, tone: 'met' }
  const next = nextClock(ticket)
  const waits = next && (ticket.state === 'registered' || ticket.state === 'dispatched')
  return h('li', { 'data-key': ticket.id }, h('a', { class: 'ticket-row', href: `/tickets/${ticket.id}` },
    h('span', { class: 'number t3' }, ticket.number.split('-').slice(1).join('-')),
    h('b', { class: 'title t1' }, ticketTitle(ticket, live)),
    h('span', { class: 'promise t2' }, [t(`ticket.class.${ticket.class}.promise`), personName(ticket.owner),
      t('since', { time: since(instant(ticket.opened_at)) })].filter(Boolean).map((part) => h('i', {}, part))),
    h('span', { class: 'stand t2' }, waits ? waitWords(ticket, next, now())
      : t(`ticket.state.${ticket.state}`)),
    h('b', { class: `left t1 ${shown.tone === 'over' ? 'over-label' : ''}` }, shown.text),
    h('span', { class: `bar ${shown.tone}` }, h('i', { style: { width: `${shown.fraction * 100}%` } }))))
}

function startDraft () {
  Object.assign(view, { draft: { title: '', class: 'small', area: live.site.areas[0].id, note: '' }, problem: '' })
  changed()
}

function draftForm () {
  const set = (change) => { Object.assign(view.draft, change); changed() }
  return h('form', { class: 'panel draft', 'data-key': 'draft', onsubmit: (event) => { event.preventDefault(); send() } },
    h('label', {}, h('span', { class: 't2' }, t('draft.title')),
      h('input', { class: 'field', required: true, maxlength: 200, oninput: (event) => set({ title: event.target.value }) })),
    h('label', {}, h('span', { class: 't2' }, t('draft.place')),
      h('select', { class: 'field', onchange: (event) => set({ area: event.target.value }) },
      live.site.areas.map((area) => h('option', { value: area.id }, say(area.name))))),
    h('div', { class: 'choice' }, CLASSES.map((kind) => h('button',
      { class: 'button', type: 'button', 'aria-pressed': String(view.draft.class === kind),
      onclick: () => set({ class: kind }) }, t(`ticket.class.${kind}.promise`)))),
    h('label', {}, h('span', { class: 't2' }, t('draft.note')),
      h('textarea', { class: 'field', rows: 2, maxlength: 2000, oninput: (event) => set({ note: event.target.value }) })),
    view.problem ? h('p', { class: 't1', role: 'alert' }, view.problem) : null,
    h('div', { class: 'ends' }, h('button', { class: 'button', type: 'button', onclick: () => { view.draft = null; changed() } },
      t('cancel')), h('button', { class: 'button main', type: 'submit', disabled: !view.draft.title.trim() }, t('tickets.open'))))
}

async function send () {
  try {
    takeTicket(await api.openTicket({ ...view.draft, title: view.draft.title.trim() }))
    view.draft = null
  } catch (error) {
    view.problem = said(error)
  }
  changed()
}
