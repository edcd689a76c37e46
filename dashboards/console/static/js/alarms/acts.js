// What an operator may do to the chosen alarm: acknowledge with a word, set aside for a time with a reason, reset, comment.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { clockTime } from '../core/format.js'
import { changed, live, takeAlarm } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { isUnacknowledged, shape } from '../draw/shape.js'
import { titleOf } from '../site/alarms.js'
import { acceptPart } from './accept.js'
import { removalButton, removalDialog, requestPart, showDialog } from './removal.js'
import { desk } from './state.js'

/** Do it and show it at once; a refusal stays beside the row with the server's reason. */
export async function act (id, what, body = {}) {
  try {
    takeAlarm(await api.actOnAlarm(id, what, body))
    Object.assign(desk, { comment: '', problem: '', shelving: null, removal: null })
    const field = document.querySelector('.act-row .field')
    if (field) field.value = ''
  } catch (error) {
    desk.problem = said(error)
  }
  changed()
}

export function actRow (alarm) {
  const mayAct = live.me.rights.includes('alarm_act')
  if (!mayAct) return [h('div', { class: 'act-row t3', 'data-key': 'acts' }, h('p', {}, t(live.me.rights.includes('alarm_out_of_service') ? 'alarms.only_asking' : 'alarms.only_reading')), removalButton(alarm),
    desk.removal ? removalDialog(alarm) : null), requestPart(alarm)]
  const fresh = isUnacknowledged(alarm.state)
  const commit = () => fresh ? act(alarm.id, 'acknowledge', { comment: desk.comment }) : desk.comment
    && act(alarm.id, 'comment', { comment: desk.comment })
  return [h('form', { class: 'act-row', 'data-key': 'acts', onsubmit: (event) => { event.preventDefault(); commit() } },
    h('input', { class: 'field', placeholder: t('alarms.comment'), 'aria-label': t('alarms.comment'), maxlength: 2000,
      oninput: (event) => { desk.comment = event.target.value } }),
    h('button', { class: 'button main', type: 'submit' }, t(fresh ? 'alarms.acknowledge' : 'alarms.add_comment')),
    alarm.flags.includes('latched') && !fresh
      ? h('button', { class: 'button', type: 'button', onclick: () => act(alarm.id, 'reset') }, t('alarms.reset')) : null,
    h('button', { class: 'button', type: 'button', disabled: !isShelvable(alarm), title: neverShelved(alarm),
      onclick: () => openShelving(alarm) }, t('alarms.shelve')), removalButton(alarm),
    isShelvable(alarm) ? null : h('p', { class: 't3' }, neverShelved(alarm)),
    desk.problem ? h('p', { class: 'problem t1', role: 'alert' }, desk.problem) : null,
    desk.shelving?.alarm === alarm.id ? shelveDialog(alarm) : desk.removal ? removalDialog(alarm) : null), acceptPart(alarm), requestPart(alarm)]
}

const ruleOf = (alarm) => live.rules.get(alarm.rule)
const isShelvable = (alarm) => { const rule = ruleOf(alarm); return !rule || (rule.shelvable && !rule.life_safety) }
const neverShelved = (alarm) => isShelvable(alarm) ? null : t(ruleOf(alarm).life_safety ? 'shelve.never' : 'rule.never_shelved')
const longest = (alarm) => Math.floor((ruleOf(alarm)?.max_shelve_s ?? 3600) / 60)

function openShelving (alarm) {
  Object.assign(desk, { removal: null, shelving: { alarm: alarm.id, minutes: Math.min(60, longest(alarm)), once: false, reason: '' } })
  changed()
  showDialog()
}

/** Points at its row from below; covers neither the row nor any above it. */
function shelveDialog (alarm) {
  const { minutes, once, reason } = desk.shelving
  const set = (change) => { Object.assign(desk.shelving, change); changed() }
  const send = () => act(alarm.id, 'shelve', { minutes, reason: reason.trim(), one_shot: once })
  const choices = [15, 30, 60].filter((choice) => choice <= longest(alarm))
  return h('div', { class: 'shelve', role: 'dialog', 'aria-label': t('shelve.title', { what: '' }), 'data-key': 'shelve' },
    h('h2', { class: 't1' }, shape(alarm.priority, 'active_acknowledged', 42),
      t('shelve.title', { what: t('alarm.title', titleOf(alarm, live)) })),
    h('p', { class: 't2' }, t('shelve.how_long', { minutes: longest(alarm) })),
    h('div', { class: 'choice' },
      choices.map((choice) => h('button',
        { class: 'button', type: 'button', 'aria-pressed': String(!once && minutes === choice),
        onclick: () => set({ minutes: choice, once: false }) },
        t('shelve.minutes', { minutes: choice }))),
      h('button', { class: 'button', type: 'button', 'aria-pressed': String(once), title: t('shelve.once_means'),
        onclick: () => set({ once: true, minutes: longest(alarm) }) }, t('shelve.once'))),
    h('p', { class: 't2', role: 'status' }, t(once ? 'shelve.once_until' : 'removal.until', { time: clockTime(now() + minutes * 60000) })),
    h('p', { class: 't2' }, t('shelve.why')),
    h('input', { class: 'field', 'aria-label': t('shelve.why'), maxlength: 2000, oninput: (event) => set({ reason: event.target.value }) }),
    h('p', { class: 't2' }, t('shelve.means')),
    h('footer', {}, h('span', { class: 't3' }, t('shelve.logged')),
      h('button', { class: 'button', type: 'button', onclick: () => { desk.shelving = null; changed() } }, t('cancel')),
      h('button', { class: 'button main', type: 'button', disabled: !reason.trim(), onclick: send }, once ? t('shelve.do_once')
        : t('shelve.do', { minutes }))))
}
