// What sets an alarm apart from a plain one, in a word for its row and a sentence for whoever opens it.
import { instant } from '../core/clock.js'
import { dueTime, number, secondTime } from '../core/format.js'
import { derived, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { bundleOf } from './bundles.js'
import { personName } from './people.js'

/** `[{kind, words, means}]`, the weightiest first. */
export function marksOf (alarm) {
  const request = requestOf(alarm)
  return [
    alarm.flags.includes('latched') ? mark('latched') : null,
    isFirstOut(alarm) ? mark('first_out', { time: secondTime(instant(alarm.source_time ?? alarm.raised_at)) }) : null,
    alarm.level ? mark('risen') : null,
    alarm.hold ? mark(alarm.hold, { count: number(alarm.flips ?? 0) }) : null,
    request ? mark('requested', requestPlaces(request)) : null,
    alarm.judged_by && alarm.judged_by !== alarm.rule_version ? mark('rule_changed') : null
  ].filter(Boolean)
}

/** The first of several. */
export const isFirstOut = (alarm) => alarm.first_out === true && groups().get(alarm.group) > 1 && !isEffect(alarm)

/** What follows from another alarm is first of nothing: in its bundle the cause came first. */
function isEffect (alarm) {
  const cause = bundleOf(alarm)?.cause
  return Boolean(cause) && cause !== alarm
}

/** How many alarms stand in each group: who is alone in it is the first of nothing. */
const groups = derived(() => {
  const counts = new Map()
  for (const { group } of live.alarms.values()) if (group) counts.set(group, (counts.get(group) ?? 0) + 1)
  return counts
})

const mark = (kind, places = {}) => ({ kind, words: t(`mark.${kind}`, places), means: t(`mark.means.${kind}`, places) })

const requests = derived(() => new Map(live.flags.filter(({ request }) => request)
  .map((standing) => [`${standing.rule}@${standing.device}`, standing])))

/** The standing of an alarm that somebody asks to take out of service, or undefined. */
export const requestOf = ({ rule, device }) => requests().get(`${rule}@${device}`)

/** Everything that waits for a second person. */
export const allRequests = () => [...requests().values()]

/** What waits for the reader's own yes or no. */
export const requestsForMe = () => live.me.rights.includes('alarm_approve') ? allRequests().filter(({ request }) => request.by !== live.me.name) : []

/** 等经理批准（孙建国、何静）: who is asked, by name where the roster knows them. */
export function awaitedWords () {
  const names = [...live.people.values()].filter(({ role }) => role === 'manager').map(({ name }) => say(name))
  return names.length ? t('request.waits_for', { names: names.join(t('list.comma')) }) : t('request.waits')
}

export const requestPlaces = ({ request: { by, reason, until } }) => ({ who: personName(by), reason,
  until: until ? t('request.until', { time: dueTime(instant(until)) }) : t('request.for_good') })
