// Tickets as people speak of them.
import { say, t } from '../core/words.js'
import { shortName, symptom, whereOf } from './alarms.js'
import { clockView } from './promise.js'

/** Place, device and matter, from the fullest wording to the shortest, which names the place alone; the place is never said twice. */
export function ticketTitles (ticket, live) {
  const title = say(ticket.title)
  const place = say(live.areas.get(ticket.area)?.name)
  const device = live.devices.get(ticket.device)
  if (!device || !title.includes(say(device.name))) return [!place || title.includes(place) ? title : `${place} ${title}`, title]
  const alarm = { device: device.id, device_name: device.name, area: ticket.area, text: ticket.title }
  const what = symptom(alarm, live)
  return [whereOf(alarm, live), say(device.name), shortName(alarm, live), place].filter(Boolean).map((where) => t('alarm.title', { where, what }))
}

/** What a ticket nobody has accepted or reached yet waits for, and how long it may. */
export function waitWords (ticket, next, at) {
  const view = clockView(next, ticket, at)
  return t(`ticket.${view.tone === 'over' ? 'late' : 'waits'}.${next.promise}`, { time: view.text })
}

export const ticketTitle = (ticket, live) => ticketTitles(ticket, live)[0]

/** The step that comes next in each state, in the order people take them: accept, arrive, finish. */
export const NEXT_ACT = {
  registered: 'accept', dispatched: 'accept', accepted: 'arrive', on_site: 'finish', in_work: 'finish', held: 'resume',
  finished: 'verify', verified: 'visit', visited: 'close'
}
