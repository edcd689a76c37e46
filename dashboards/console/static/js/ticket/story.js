// What happened to this ticket, and what else its device has had of late.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { archiveDate, clockTime, date } from '../core/format.js'
import { knows, say, t } from '../core/words.js'
import { personName } from '../site/people.js'
import { waiting } from '../site/queue.js'

export const story = (ticket) => [
  ticket.history.length ? h('section', { class: 'history', 'data-key': 'history' },
    h('h2', { class: 't3' }, t('ticket.history', { count: ticket.history.length })), ticket.history.slice(0, 4).map(past)) : null,
  h('section', { class: 'history', 'data-key': 'story' }, h('h2', { class: 't3' }, t('ticket.story')), ticket.story.map(line),
    waiting(ticket.id).map(queued))
].filter(Boolean)

const past = (ticket) => h('p', { class: 't1' }, h('span', { class: 't3' }, `${archiveDate(instant(ticket.opened_at))} `),
  [ticket.result || say(ticket.title), personName(ticket.owner)].filter(Boolean).join(t('list.clause')))

function line ({ at, what, by, comment }) {
  const moment = instant(at)
  const time = archiveDate(moment) === archiveDate(now()) ? clockTime(moment) : date(moment)
  const words = knows(`ticket.event.${what}`) ? t(`ticket.event.${what}`) : what
  return h('p', { class: 't1' }, h('span', { class: 't3' }, `${time} `),
    [words, by === 'guanjia' ? null : personName(by), commentWords(comment)].filter(Boolean).join(' '))
}

/** Some acts carry a code for a comment: why the desk chose somebody, why work stands still. */
function commentWords (comment) {
  const [code, ...more] = comment.split(' ')
  const key = [`assignment.${code}`, `hold.${code}`].find(knows)
  return key ? [t(key), ...more].join(' ') : comment
}

const queued = (step) => h('p', { class: 't2' }, h('span', { class: 't3' }, `${clockTime(step.at)} `),
  t('queue.waits', { what: t(`ticket.event.${step.act}`) }))
