// Tickets as people speak of them.
import { say } from '../core/words.js'

/** Place and matter; the place is not said twice. */
export function ticketTitle (ticket, live) {
  const title = say(ticket.title)
  const place = say(live.areas.get(ticket.area)?.name)
  return !place || title.includes(place) ? title : `${place} ${title}`
}

/** The step that comes next in each state, in the order people take them: accept, arrive, finish. */
export const NEXT_ACT = {
  registered: 'accept', dispatched: 'accept', accepted: 'arrive', on_site: 'finish', in_work: 'finish', held: 'resume',
  finished: 'verify', verified: 'visit', visited: 'close'
}
