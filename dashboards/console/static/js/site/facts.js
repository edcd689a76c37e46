// What a headline adds to its alarm: the cause, who is on it and until when, whom it hits.
import { instant } from '../core/clock.js'
import { clockTime, number } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { bundles, symptom, whereOf } from './alarms.js'
import { feedsNow } from './details.js'
import { personName } from './people.js'

/** The bundle an alarm belongs to, or undefined. */
export const bundleOf = (alarm) => bundles([...live.alarms.values()], live.flags, feedsNow()).find(({ members }) => members.includes(alarm))

export function factsOf (alarm) {
  const households = live.areas.get(alarm.area)?.households
  return [causeFact(alarm), ...ticketFacts(alarm), households ? t('state.households', { count: number(households) }) : null].filter(Boolean)
}

function causeFact (alarm) {
  const cause = bundleOf(alarm)?.cause
  return cause && cause !== alarm ? t('state.cause', { where: whereOf(cause, live), what: symptom(cause, live) }) : null
}

/** 张伟 22:43 已到场, 应 23:11 前完成; nothing for an alarm without a ticket. */
export function ticketFacts (alarm) {
  const ticket = live.tickets.get(alarm.ticket)
  if (!ticket) return []
  const kept = (name) => ticket.clocks.find((clock) => clock.promise === name)
  const arrived = kept('arrive')?.met_at
  const due = kept('finish')
  const who = personName(ticket.owner)
  return [
    arrived ? t('state.arrived', { who, time: clockTime(instant(arrived)) }) : who ? t('state.sent', { who }) : t('state.nobody'),
    due && !due.met_at ? t('state.due', { time: clockTime(instant(due.due_at)) }) : null
  ].filter(Boolean)
}
