// What happened to this ticket, and what else its device has had of late.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { archiveDate, clockTime } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { noticeLines, ticketLines } from '../draw/story.js'
import { personName } from '../site/people.js'
import { waiting } from '../site/queue.js'

export const story = (ticket) => [
  ticket.history.length ? h('section', { class: 'history', 'data-key': 'history' },
    h('h2', { class: 't3' }, t('ticket.history', { count: ticket.history.length })), ticket.history.slice(0, 4).map(past)) : null,
  h('section', { class: 'history', 'data-key': 'story' }, h('h2', { class: 't3' }, t('ticket.story')), ticketLines(ticket.story),
    waiting(ticket.id).map(queued)),
  ticket.notices?.length ? h('section', { class: 'history', 'data-key': 'told' }, h('h2', { class: 't3' }, t('notice.title')),
    noticeLines(ticket.notices.map((notice) => live.notices.get(notice.id) ?? notice))) : null
].filter(Boolean)

const past = (ticket) => h('p', { class: 't1' }, h('span', { class: 't3' }, `${archiveDate(instant(ticket.opened_at))} `),
  [ticket.result || say(ticket.title), personName(ticket.owner)].filter(Boolean).join(t('list.clause')))

const queued = (step) => h('p', { class: 't2' }, h('span', { class: 't3' }, `${clockTime(step.at)} `),
  t('queue.waits', { what: t(`ticket.event.${step.act}`) }))
