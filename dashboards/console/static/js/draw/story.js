// One line of an alarm's or a ticket's story: when, what, who, and what was said.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { archiveDate, clockTime, date, secondTime } from '../core/format.js'
import { knows, t } from '../core/words.js'
import { personName } from '../site/people.js'

const isToday = (moment) => archiveDate(moment) === archiveDate(now())
const who = (by) => by === 'guanjia' ? '' : personName(by)

export function alarmLine ({ at, what, by, comment }) {
  const moment = instant(at)
  const time = isToday(moment) ? secondTime(moment) : `${archiveDate(moment)} ${clockTime(moment)}`
  const words = knows(`alarm.event.${what}`) ? t(`alarm.event.${what}`) : what
  return h('p', { class: 't1' }, h('span', { class: 't2' }, `${time} `), `${words} `, who(by), comment
    ? h('span', { class: 't2' }, ` ${comment}`) : '')
}

/** `exact` adds the seconds. */
export function ticketLine ({ at, what, by, comment, owner }, { exact = false } = {}) {
  const moment = instant(at)
  const time = !isToday(moment) ? date(moment) : exact ? secondTime(moment) : clockTime(moment)
  const words = knows(`ticket.event.${what}`) ? t(`ticket.event.${what}`) : what
  const to = what === 'dispatch' ? personName(owner) : null
  return h('p', { class: 't1' }, h('span', { class: 't3' }, `${time} `),
    [words, to, who(by), commentWords(comment)].filter(Boolean).join(' '))
}

/** Some acts carry a code for a comment: why the desk chose somebody, why work stands still. */
function commentWords (comment) {
  const [code, ...more] = comment.split(' ')
  const key = [`assignment.${code}`, `hold.${code}`].find(knows)
  return key ? [t(key), ...more].join(' ') : comment
}
