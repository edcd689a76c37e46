// The rows: bundles with their cause, single alarms, returned ones, and quietly those set aside.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age, clockTime, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { isReturned, shape } from '../draw/shape.js'
import { titleOf } from '../site/alarms.js'
import { personName } from '../site/people.js'
import { clockView, mainClock } from '../site/promise.js'
import { actRow } from './acts.js'
import { quietRow, silencedRows } from './aside.js'
import { bulkRow } from './bulk.js'
import { asideOf, desk, listOf, select } from './state.js'

const COLUMNS = ['since', 'what', 'state', 'age', 'ticket']

export function list () {
  const shown = listOf()
  const aside = asideOf(shown)
  const returned = shown.filter(({ members }) => isReturned(members[0].state))
  const standing = shown.filter((one) => !returned.includes(one))
  return h('section', { class: 'panel alarm-list', 'data-key': 'list' },
    h('div', { class: 'row head t3' }, h('span', { class: 'sign' }),
      COLUMNS.map((column) => h('span', { class: column }, t(`alarms.column.${column}`)))),
    h('ol', {}, standing.map(bundle), bulkRow(returned.map(({ members }) => members[0])), returned.map(bundle), aside.map((one) => quietRow(one))),
    shown.length || aside.length ? null : h('div', { class: 'nothing' },
      h('p', { class: 't2' }, t(desk.view === 'active' && !desk.text ? 'wall.no_alarms' : 'alarms.none_here'))))
}

function bundle ({ cause, members, silenced }) {
  const rows = members.map((alarm) => row(alarm, alarm === cause ? members.length - 1 + silenced.length : 0))
  if (!cause) return rows
  return h('li', { class: 'bundle', 'data-key': `b${cause.id}` }, h('ol', {}, rows, silenced.length ? silencedRows(cause, silenced) : null))
}

function row (alarm, consequences) {
  const chosen = alarm.id === desk.selected
  const begun = instant(alarm.raised_at)
  return h('li', { class: `alarm-item ${chosen ? 'chosen' : ''}`, 'data-key': alarm.id },
    h('button', { class: 'row', type: 'button', 'aria-expanded': String(chosen),
      onclick: () => { select(chosen ? null : alarm.id); changed() } },
      h('span', { class: 'sign' }, shape(alarm.priority, alarm.state, 54)),
      h('span', { class: 'since t3' }, since(begun)),
      h('span', { class: 'what' }, h('b', { class: 't1' }, t('alarm.title', titleOf(alarm, live))),
        h('span', { class: 't2' }, underTitle(alarm, consequences))),
      h('span', { class: 'state t2' }, stateWords(alarm)),
      h('b', { class: 'age t1' }, age((instant(alarm.returned_at) ?? now()) - begun)),
      h('span', { class: 'ticket t3' }, ticketWords(alarm))),
    chosen ? actRow(alarm) : null)
}

function underTitle (alarm, consequences) {
  const action = say(live.rules.get(alarm.rule)?.why.action)
  if (isReturned(alarm.state)) return t('alarms.returned_at', { time: clockTime(instant(alarm.returned_at)) })
  return consequences ? t('alarms.first_out', { count: consequences, action }) : action
}

const stateWords = (alarm) => alarm.acknowledged_by
  ? t('alarms.acknowledged_by', { who: personName(alarm.acknowledged_by), time: since(instant(alarm.acknowledged_at)) })
  : t(`alarm.state.${alarm.state}`)

function ticketWords (alarm) {
  const ticket = live.tickets.get(alarm.ticket)
  if (!ticket) return ''
  const clock = mainClock(ticket)
  return [h('i', {}, ticket.number.split('-').at(-1)),
    h('i', {}, ticket.state === 'held' ? t('ticket.state.held') : clock ? clockView(clock, ticket, now()).text : '')]
}
