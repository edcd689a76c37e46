// The quiet rows: what is set aside, by whom and why, each to be opened; and those of one cause behind a single row.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age, number, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { flag } from '../draw/shape.js'
import { deviceName } from '../site/alarms.js'
import { heldOf, heldWords, keyOf, kindOf, reasonOf, standingTitle } from '../site/standings.js'
import { act } from './acts.js'
import { backInService, requestPart } from './removal.js'
import { desk, select } from './state.js'

/** One that is set aside; `state` says by what. */
export function quietRow (standing, state = heldWords(standing)) {
  const key = keyOf(standing)
  const isChosen = key === desk.selected
  const at = instant(heldOf(standing).at)
  return h('li', { class: `alarm-item ${isChosen ? 'chosen' : ''}`, 'data-key': `quiet ${key}` },
    h('button', { class: 'row quiet t3', type: 'button', 'aria-expanded': String(isChosen),
      onclick: () => { select(isChosen ? null : key); changed() } },
      h('span', { class: 'sign' }, kindOf(standing) ? flag(kindOf(standing), 30) : null), h('span', { class: 'since' }, since(at)),
      h('span', { class: 'what' }, standingTitle(standing), reasonOf(standing) ? h('span', {}, reasonOf(standing)) : null),
      h('span', { class: 'state' }, state), h('span', { class: 'age' }, age(now() - at)), h('span', { class: 'ticket' })),
    isChosen ? backRow(standing) : null, isChosen ? requestPart(standing) : null)
}

/** The way back for what is set aside by hand. */
function backRow (standing) {
  const unshelve = standing.shelving && standing.occurrence && live.me.rights.includes('alarm_act')
    ? h('button', { class: 'button', type: 'button', onclick: () => act(standing.occurrence, 'unshelve') }, t('alarms.unshelve')) : null
  const back = unshelve ?? (standing.out_of_service ? backInService(standing) : null)
  return back ? h('div', { class: 'act-row', 'data-key': 'back' }, back,
    desk.problem ? h('p', { class: 'problem t1', role: 'alert' }, desk.problem) : null) : null
}

/** All that one cause holds back: a row that opens to theirs. */
export function silencedRows (cause, silenced) {
  const open = desk.unfolded.has(cause.id) || silenced.some((standing) => keyOf(standing) === desk.selected)
  const first = silenced.slice(0, 2).map((standing) => say(live.devices.get(standing.device)?.name)
    || standing.device).join(t('list.comma'))
  const at = Math.min(...silenced.map((standing) => instant(standing.suppression.at)))
  return [h('li', { class: 'alarm-item', 'data-key': `s${cause.id}` },
    h('button', { class: 'row quiet t3', type: 'button', 'aria-expanded': String(open), onclick: () => unfold(cause.id, !open) },
      h('span', { class: 'sign' }, flag('suppressed', 30)), h('span', { class: 'since' }, since(at)),
      h('span', { class: 'what' }, h('i', { class: 'fold' }, open ? '▾' : '▸'), t('alarms.and_more', { first, count: silenced.length })),
      h('span', { class: 'state' }, t('alarms.because', { what: deviceName(cause, live) })),
      h('span', { class: 'age' }, age(now() - at)), h('span', { class: 'ticket' }))), open ? silencedOpen(cause, silenced) : null]
}

/** So many rows at first, and so many more with each press. */
const AT_ONCE = 60

function silencedOpen (cause, silenced) {
  const key = `silenced ${cause.id}`
  const limit = desk.rows.get(key) ?? AT_ONCE
  const more = silenced.length - limit
  return [silenced.slice(0, limit).map((standing) => quietRow(standing, t('flag.suppressed'))),
    more > 0 ? foldRow(key, more, () => { desk.rows.set(key, limit + AT_ONCE); changed() }) : null]
}

/** A row that stands for more of its kind. */
export const foldRow = (key, count, onclick) => h('li', { class: 'alarm-item', 'data-key': `more ${key}` },
  h('button', { class: 'row quiet t2', type: 'button', onclick }, h('span', { class: 'sign' }), h('span', { class: 'since' }),
    h('span', { class: 'what' }, h('i', { class: 'fold' }, '▸'), t('alarms.more_of_bundle', { count: number(count) }))))

function unfold (id, wanted) {
  if (wanted) desk.unfolded.add(id)
  else desk.unfolded.delete(id)
  changed()
}
