// Acknowledging says "I have seen it", accepting "I go": two times in the record. Who has done the first is reminded of the second.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { changed, live, takeTicket } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { isUnacknowledged } from '../draw/shape.js'
import { personName } from '../site/people.js'
import { nextClock } from '../site/promise.js'
import { NEXT_ACT, waitWords } from '../site/tickets.js'
import { desk } from './state.js'

/** Below an acknowledged alarm whose ticket nobody has accepted: how long that may take, and for its owner the button. */
export function acceptPart (alarm) {
  const ticket = live.tickets.get(alarm.ticket)
  if (!ticket || isUnacknowledged(alarm.state) || NEXT_ACT[ticket.state] !== 'accept') return null
  const clock = nextClock(ticket)
  const waits = clock ? waitWords(ticket, clock, now()) : t(`ticket.state.${ticket.state}`)
  const number = ticket.number.split('-').at(-1)
  const own = ticket.owner === live.me.name && live.me.rights.includes('ticket_work')
  const words = own ? t('accept.own', { number, waits }) : t('accept.other', { number, who: personName(ticket.owner) ?? t('state.nobody'), waits })
  return h('div', { class: `act-row accept ${own ? 't1' : 't2'}`, 'data-key': 'accept', role: 'status' }, h('p', {}, words),
    own ? h('button', { class: 'button main', type: 'button', onclick: () => accept(ticket) }, t('act.accept')) : null)
}

async function accept (ticket) {
  try {
    takeTicket(await api.actOnTicket(ticket.id, 'accept', {}))
    desk.problem = ''
  } catch (error) {
    desk.problem = said(error)
  }
  changed()
}
