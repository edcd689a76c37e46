// Tickets as people speak of them.
import { say, t } from '../core/words.js'
import { symptom, whereOf } from './alarms.js'

/** Place and matter, from the fullest wording to the shortest that still says where to go; the place is never said twice. */
export function ticketTitles (ticket, live) {
  const title = say(ticket.title)
  const place = say(live.areas.get(ticket.area)?.name)
  const device = live.devices.get(ticket.device)
  if (!device) return [!place || title.includes(place) ? title : `${place} ${title}`, title]
  const alarm = { device: device.id, device_name: device.name, area: ticket.area, text: ticket.title }
  const what = symptom(alarm, live)
  const where = whereOf(alarm, live)
  const name = say(device.name)
  return [t('alarm.title', { where, what }), t('alarm.title', { where: name, what }), t('alarm.title', { where: place, what }), where, name]
}

export const ticketTitle = (ticket, live) => ticketTitles(ticket, live)[0]

/** The step that comes next in each state, in the order people take them: accept, arrive, finish. */
export const NEXT_ACT = {
  registered: 'accept', dispatched: 'accept', accepted: 'arrive', on_site: 'finish', in_work: 'finish', held: 'resume',
  finished: 'verify', verified: 'visit', visited: 'close'
}
