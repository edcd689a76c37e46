// What a headline adds to its alarm: the cause, who is on it and until when, whom it hits.
import { instant, now } from '../core/clock.js'
import { clockTime, dueTime, number, over } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { symptom, whereOf } from './alarms.js'
import { bundleOf } from './bundles.js'
import { personName } from './people.js'
import { nextClock } from './promise.js'

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
  return ticket ? [onItFact(ticket), dueFact(ticket)].filter(Boolean) : []
}

/** A second call has clocks of its own behind the first one's. */
const newest = (ticket, promise) => ticket.clocks.findLast((clock) => clock.promise === promise)

/** Who is on it, and how far: 张伟 未接单，超 3:10 says that nobody has gone yet. */
function onItFact (ticket) {
  const who = personName(ticket.owner)
  const arrived = newest(ticket, 'arrive')?.met_at
  if (arrived) return t('state.arrived', { who, time: clockTime(instant(arrived)) })
  if (!who) return t('state.nobody')
  const taken = ticket.state !== 'registered' && ticket.state !== 'dispatched'
  const next = nextClock(ticket)
  const late = next && !next.paused_at ? now() - instant(next.due_at) : 0
  return [t(taken ? 'state.taken' : 'state.not_taken', { who }), late > 0 ? over(late) : ''].filter(Boolean).join(t('list.clause'))
}

function dueFact (ticket) {
  const due = newest(ticket, 'finish')
  if (!due || due.met_at) return null
  const late = due.paused_at ? 0 : now() - instant(due.due_at)
  return late > 0 ? t('state.overdue', { over: over(late) }) : t('ticket.due.finish', { time: dueTime(instant(due.due_at)) })
}
