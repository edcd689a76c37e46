// One line of an alarm's or a ticket's story: when, what, who, and what was said.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { archiveDate, clockTime, date, secondTime } from '../core/format.js'
import { knows, t } from '../core/words.js'
import { personName } from '../site/people.js'

const isToday = (moment) => archiveDate(moment) === archiveDate(now())
const who = (by) => by === 'guanjia' ? '' : personName(by)

/** What changes how grave an alarm is, and so says how grave it is then. */
const LEVELS = ['rose', 'eased']

export function alarmLine ({ at, what, by, comment, priority, level }) {
  const moment = instant(at)
  const time = isToday(moment) ? secondTime(moment) : `${archiveDate(moment)} ${clockTime(moment)}`
  const known = knows(`alarm.event.${what}`) ? t(`alarm.event.${what}`) : what
  const words = LEVELS.includes(what) && priority ? t(level ? 'story.level_named' : 'story.level', { what: known, priority: t(`priority.${priority}`), level }) : known
  return h('p', { class: 't1' }, h('span', { class: 't2' }, `${time} `), `${words} `, who(by), comment
    ? h('span', { class: 't2' }, ` ${comment}`) : '')
}

/** A ticket's story line by line, from the line `from` on; `exact` adds the seconds. */
export function ticketLines (story, { from = 0, exact = false } = {}) {
  return story.map((one, index) => ticketLine(one, story[index - 1]?.owner, exact)).slice(from)
}

function ticketLine (one, before, exact) {
  const moment = instant(one.at)
  const time = !isToday(moment) ? date(moment) : exact ? secondTime(moment) : clockTime(moment)
  const words = knows(`ticket.event.${one.what}`) ? t(`ticket.event.${one.what}`) : one.what
  return h('p', { class: 't1' }, h('span', { class: 't3' }, `${time} `),
    `${words} ${(one.what === 'dispatch' ? handedOver : done)(one, before)}`.trim())
}

/** Who was told what of a ticket, by which way and at which try, and how far it has come; `exact` adds the seconds. */
export const noticeLines = (notices, { exact = false } = {}) => notices.map((notice) => {
  const written = instant(notice.created_at)
  const clock = exact ? secondTime : clockTime
  return h('p', { class: 't1' }, h('span', { class: 't3' }, `${isToday(written) ? clock(written) : date(written)} `),
    t('notice.to', { what: t(`notice.kind.${notice.kind}`), who: personName(notice.to) }),
    h('span', { class: 't2' }, ` ${reached(notice, clock).join(t('list.clause'))}`))
})

/** Delivered and then seen are two facts; one that nobody has tried to deliver says so. */
function reached ({ told_at: told, seen_at: seen, channel, attempts }, clock) {
  const at = (time) => archived(instant(time), clock)
  const delivered = told && t('notice.told_by', { time: at(told), channel: t(`notice.channel.${channel}`), attempts })
  const read = seen && t('notice.state.seen', { time: at(seen) })
  return delivered || read ? [delivered, read].filter(Boolean) : [t('notice.untold', { attempts })]
}

const archived = (moment, clock) => isToday(moment) ? clock(moment) : `${archiveDate(moment)} ${clock(moment)}`

/** 张伟 → 李强：张伟去救人了; who handed it over is named where it was neither the platform nor the one who got it. */
function handedOver ({ by, comment, owner }, before) {
  const ways = before && before !== owner ? t('story.handed', { from: personName(before), to: personName(owner) }) : personName(owner)
  const handed = by === 'guanjia' || by === owner ? ways : t('story.by', { what: ways, who: personName(by) })
  return comment ? t('story.why', { what: handed, why: commentWords(comment) }) : handed
}

/** Whoever takes what was another's is shown as such. */
function done ({ by, comment, owner, what }, before) {
  const taken = what !== 'opened' && before && owner && owner !== before
  return [taken ? t('story.taken', { who: personName(owner), from: personName(before) }) : who(by), commentWords(comment)]
    .filter(Boolean).join(' ')
}

/** Some acts carry a code for a comment: why the desk chose somebody, why work stands still. */
function commentWords (comment) {
  const [code, ...more] = comment.split(' ')
  const key = [`assignment.${code}`, `hold.${code}`].find(knows)
  return key ? [t(key), ...more].join(' ') : comment
}
