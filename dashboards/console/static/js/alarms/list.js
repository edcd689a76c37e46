// The rows: bundles with their cause, single alarms, returned ones, and quietly those set aside.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age, clockTime, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { isReturned, shape } from '../draw/shape.js'
import { bringIntoView, drawWindow, openWindow } from '../draw/window.js'
import { stoodFor, titleOf } from '../site/alarms.js'
import { restWords, showAll } from '../site/flood.js'
import { marksOf } from '../site/marks.js'
import { personName } from '../site/people.js'
import { clockView, mainClock } from '../site/promise.js'
import { whyOf } from '../site/rules.js'
import { keyOf } from '../site/standings.js'
import { actRow } from './acts.js'
import { foldRow, quietRow, silencedRows } from './aside.js'
import { bulkRow } from './bulk.js'
import { showRow } from './drawer.js'
import { asideOf, desk, foldedAway, listOf, select } from './state.js'

const COLUMNS = ['since', 'what', 'state', 'age', 'ticket']
/** Heights of rows nobody has drawn yet, px. */
const ROW = 55
const QUIET = 43
/** So many rows of a bundle before the rest is folded, and so many more with each press. */
const AT_ONCE = 30
const places = openWindow('.alarm-list > ol')

export function list () {
  const shown = listOf()
  const aside = asideOf(shown)
  return h('section', { class: 'panel alarm-list', 'data-key': 'list' },
    h('div', { class: 'row head t3' }, h('span', { class: 'sign' }),
      COLUMNS.map((column) => h('span', { class: column }, t(`alarms.column.${column}`)))),
    h('ol', {}, drawWindow(places, itemsOf(shown, aside))),
    shown.length || aside.length ? null : h('div', { class: 'nothing' },
      h('p', { class: 't2' }, t(desk.view === 'active' && !desk.text ? 'wall.no_alarms' : 'alarms.none_here'))))
}

/** What the list consists of, as `draw/window.js` wants it. */
function itemsOf (shown, aside) {
  const returned = shown.filter(({ members }) => isReturned(members[0].state))
  const standing = shown.filter(({ members }) => !isReturned(members[0].state))
  const more = foldedAway(shown)
  const single = (key, size, draw) => ({ key, keys: [key], size, draw, pinned: desk.selected === key })
  return [...standing.map(bundleItem), ...more.length ? [single('folded', QUIET, () => foldedRow(more))] : [],
    ...returned.length > 1 ? [single('bulk', ROW, () => bulkRow(returned.map(({ members }) => members[0])))] : [], ...returned.map(bundleItem),
    ...aside.map((one) => ({ ...single(`quiet ${keyOf(one)}`, QUIET, () => quietRow(one)), pinned: desk.selected === keyOf(one) }))]
}

function bundleItem (bundle) {
  const keys = bundle.members.map(({ id }) => id)
  return { key: bundle.cause ? `b${bundle.cause.id}` : keys[0], keys, size: ROW * Math.min(keys.length, AT_ONCE),
    draw: () => bundleView(bundle), pinned: keys.includes(desk.selected) }
}

/** Walk the list by one row, and see to it that the row is in sight. */
export function walk (step) {
  const shown = listOf()
  const ids = shown.flatMap(({ members }) => members).map(({ id }) => id)
  const next = ids[ids.indexOf(desk.selected) + step] ?? ids[0]
  if (!next) return
  select(next)
  bringIntoView(places, itemsOf(shown, asideOf(shown)), next)
  changed()
}

const foldedRow = (rest) => h('li', { class: 'alarm-item', 'data-key': 'folded' }, h('button', { class: 'row quiet folded t2', type: 'button',
  onclick: () => { showAll(true); changed() } }, h('span', { class: 'sign' }), h('span', { class: 'since' }),
  h('span', { class: 'what' }, h('i', { class: 'fold' }, '▸'), restWords(rest)),
  h('span', { class: 'state' }, t('flood.show_all'))))

function bundleView ({ cause, members, silenced, all = members }) {
  const limit = desk.rows.get(cause?.id) ?? AT_ONCE
  const rows = members.slice(0, limit).map((alarm) => row(alarm, alarm === cause ? all.length - 1 + silenced.length : 0))
  if (!cause) return rows
  const rest = members.length - limit
  return h('li', { class: 'bundle', 'data-key': `b${cause.id}` }, h('ol', {}, rows, rest > 0 ? foldRow(cause.id, rest, () => { desk.rows.set(cause.id, limit + AT_ONCE); changed() })
      : null,
    silenced.length ? silencedRows(cause, silenced) : null))
}

function row (alarm, consequences) {
  const chosen = alarm.id === desk.selected
  const begun = instant(alarm.raised_at)
  return h('li', { class: `alarm-item ${chosen ? 'chosen' : ''}`, 'data-key': alarm.id },
    h('button', { class: 'row', type: 'button', 'aria-expanded': String(chosen),
      onclick: () => { select(chosen ? null : alarm.id); changed(); showRow() } },
      h('span', { class: 'sign' }, shape(alarm.priority, alarm.state, 54)),
      h('span', { class: 'since t3' }, since(begun)),
      h('span', { class: 'what' }, h('b', { class: 't1' }, t('alarm.title', titleOf(alarm, live)), marksOf(alarm).map((mark) => [' ', markView(mark)])),
        h('span', { class: 't2' }, underTitle(alarm, consequences))),
      h('span', { class: 'state t2' }, stateWords(alarm)),
      h('b', { class: 'age t1', title: t('age.means') }, age(stoodFor(alarm))),
      h('span', { class: 'ticket t3' }, ticketWords(alarm))),
    chosen ? actRow(alarm) : null)
}

export const markView = ({ kind, words, means }) => h('i', { class: `mark ${kind}`, title: means }, words)

function underTitle (alarm, consequences) {
  const action = say(whyOf(alarm)?.action)
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
