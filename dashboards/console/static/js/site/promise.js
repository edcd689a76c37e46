// What a ticket's clock shows: time left, how full the bar is, and in which tone.
import { instant } from '../core/clock.js'
import { left, over } from '../core/format.js'

/** Promises not yet kept; of two alike the newer counts: a second call has its own minutes. */
const openClocks = (ticket) => ticket.clocks.filter((clock, index) => !clock.met_at
  && !ticket.clocks.slice(index + 1).some((later) => later.promise === clock.promise))

/** The promise the whole ticket is measured by: its end if it has one, else the last promise not yet kept. */
export function mainClock (ticket) {
  const open = openClocks(ticket)
  return open.find((clock) => clock.promise === 'finish') ?? open.at(-1) ?? null
}

/** The nearer promise that stands before the main one: accept, then arrive. */
export const nextClock = (ticket) => {
  const main = mainClock(ticket)
  return openClocks(ticket).find((clock) => clock !== main && (clock.promise === 'accept' || clock.promise === 'arrive'))
    ?? null
}

/** `{text, fraction, tone}`: tone is running, short (under a quarter left), over or paused. */
export function clockView (clock, ticket, at) {
  const due = instant(clock.due_at)
  const paused = instant(clock.paused_at)
  const rest = due - (paused ?? at)
  if (rest < 0) return { text: over(-rest), fraction: 1, tone: 'over' }
  const fraction = Math.min(1, rest / Math.max(1, due - instant(ticket.opened_at)))
  return { text: left(rest), fraction, tone: paused ? 'paused' : fraction < 0.25 ? 'short' : 'running' }
}

const restOf = (ticket, at) => { const clock = mainClock(ticket); return clock ? instant(clock.due_at) - at : Infinity }

/** Emergencies first, then least time left; tickets on hold last. */
export function byUrgency (at) {
  const rests = new Map()
  const rest = (ticket) => rests.get(ticket) ?? rests.set(ticket, restOf(ticket, at)).get(ticket)
  return (a, b) => (a.state === 'held') - (b.state === 'held') || (b.class === 'emergency') - (a.class === 'emergency') || rest(a) - rest(b)
}
