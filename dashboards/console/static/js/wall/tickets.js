// Open tickets with their running clocks, emergencies first, then least time left.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age, left } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { firstThatFits, fit, widthOf } from '../draw/text.js'
import { personName } from '../site/people.js'
import { byUrgency, clockView, mainClock, nextClock } from '../site/promise.js'
import { ticketTitles, waitWords } from '../site/tickets.js'

const PLACES = 6

export function ticketPanel () {
  const all = [...live.tickets.values()]
  const running = all.filter((ticket) => ticket.state !== 'held').sort(byUrgency(now()))
  return h('section', { class: 'panel tickets', 'data-key': 'tickets' },
    h('h2', {}, h('a', { href: '/tickets' }, t('wall.tickets', { count: all.length })), h('span', { class: 't3' }, t('wall.time_left'))),
    all.length ? h('ol', {}, running.slice(0, PLACES).map(row))
      : h('div', { class: 'nothing' }, h('p', { class: 't2' }, t('wall.no_tickets'))),
    footer(all, running))
}

function row (ticket) {
  const clock = mainClock(ticket)
  const view = clock ? clockView(clock, ticket, now()) : { text: age(now() - instant(ticket.opened_at)), fraction: 0, tone: 'met' }
  const room = 376 - 16 - widthOf(view.text, 31, true)
  const titles = ticketTitles(ticket, live)
  const { title, lines, size } = titleLines(titles, room)
  const stand = standWords(ticket)
  return h('li', { class: 'ticket', 'data-key': ticket.id }, h('a', { href: `/tickets/${ticket.id}` },
    h('b', { class: `title t1 ${lines > 1 ? 'two-lines' : ''}`, title: titles[0],
      style: { 'max-width': `${room}px`, 'font-size': `${size}px` } }, title),
    h('b', { class: `left t1 ${view.tone === 'over' ? 'over-label' : ''}` }, view.text),
    h('span', { class: `bar ${view.tone}` }, h('i', { style: { width: `${view.fraction * 100}%` } })),
    h('span', { class: 'promise t3' }, promiseWords(ticket, 376 - widthOf(stand, 20)).map((part) => h('i', {}, part))),
    h('span', { class: 'stand t3' }, stand)))
}

/** What two lines hold for certain: a line breaks before a word, so each may end a word early. */
const TWO_LINES = 1.7

/** One line where a wording that names the device has room in it, else two; what is longer still ends with an ellipsis. */
function titleLines (titles, room) {
  const [where, name] = titles
  const one = firstThatFits([where, name], room, 20, true)
  if (one) return { title: one, lines: 1, size: fit(one, room, [24, 22, 20], true) }
  const title = firstThatFits(titles, room * TWO_LINES, 20, true) ?? titles.at(-1)
  return { title, lines: widthOf(title, 20, true) > room ? 2 : 1, size: 20 }
}

/** Between the words of a line, px. */
const GAP = 20

/** 小问题 30 分　刘洋; an emergency says how fast somebody was there. Where that leaves no gap to what stands beside it, the minutes go. */
function promiseWords (ticket, room) {
  const arrive = ticket.clocks.find((clock) => clock.promise === 'arrive')
  const arrived = ticket.class === 'emergency' && arrive?.met_at
  const promise = t(`ticket.class.${ticket.class}.promise`)
  const took = arrived ? t('ticket.arrived_in', { time: left(instant(arrive.met_at) - instant(ticket.opened_at)).replace(/^0/, '') }) : null
  const rest = [took, arrived ? null : personName(ticket.owner)].filter(Boolean)
  const width = [promise, ...rest].reduce((sum, part) => sum + widthOf(part, 20) + GAP, 0)
  return [width > room ? t(`ticket.class.${ticket.class}`) : promise, ...rest]
}

function standWords (ticket) {
  const next = nextClock(ticket)
  if (!next || (ticket.state !== 'registered' && ticket.state !== 'dispatched')) return t(`ticket.state.${ticket.state}`)
  return waitWords(ticket, next, now())
}

function footer (all, running) {
  const held = all.length - running.length
  const overdue = running.filter((ticket) => ticket.clocks.some((clock) => !clock.met_at && instant(clock.due_at) < now())).length
  return h('footer', { class: 't3' }, h('span', {}, t('wall.tickets_footer', { held, overdue })),
    running.length > PLACES ? h('a', { class: 't1 more', href: '/tickets' }, t('wall.more', { count: running.length - PLACES })) : null)
}
