// Out of service: one person asks, with a reason and an end; another one approves. Until then the alarm goes on being heard.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { dueTime } from '../core/format.js'
import { changed, live, takeService } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { titleOf } from '../site/alarms.js'
import { awaitedWords, requestOf, requestPlaces, requestsForMe } from '../site/marks.js'
import { standingTitle } from '../site/standings.js'
import { desk } from './state.js'

const HOUR = 3_600_000
/** Offered ends, hours from now; a danger to life is watched again after a day at most. */
const HOURS = [8, 24, 7 * 24, 30 * 24]
const LIFE_SAFETY_HOURS = [2, 8, 24]

const may = (right) => live.me.rights.includes(right)
const hoursFor = (alarm) => live.rules.get(alarm.rule)?.life_safety ? LIFE_SAFETY_HOURS : HOURS

/** Do it and show it at once; a refusal stays beside the row with the server's reason. */
async function actOn ({ rule, device }, what, body = {}) {
  try {
    takeService(await api.actOnService(rule, device, what, body))
    Object.assign(desk, { problem: '', removal: null, comment: '' })
  } catch (error) {
    desk.problem = said(error)
  }
  changed()
}

export const backInService = (standing) => may('alarm_out_of_service') ? h('button', { class: 'button', type: 'button',
  onclick: () => actOn(standing, 'in-service') }, t('removal.back')) : null

export const removalButton = (alarm) => may('alarm_out_of_service') && !requestOf(alarm) && !alarm.flags.includes('out_of_service')
  ? h('button', { class: 'button', type: 'button', onclick: () => open(alarm) }, t('removal.ask')) : null

function open (alarm) {
  Object.assign(desk, { shelving: null, removal: { hours: hoursFor(alarm)[1], reason: '' } })
  changed()
  showDialog()
}

/** Focus in it, and all of it in sight. */
export const showDialog = () => requestAnimationFrame(() => requestAnimationFrame(() => {
  document.querySelector('.shelve .field')?.focus({ preventScroll: true })
  document.querySelector('.shelve')?.scrollIntoView({ block: 'nearest' })
}))

/** Points at its row from below, as the one for shelving does. */
export function removalDialog (alarm) {
  const { hours, reason } = desk.removal
  const set = (change) => { Object.assign(desk.removal, change); changed() }
  const until = (chosen) => now() + chosen * HOUR
  const send = () => actOn(alarm, 'out-of-service', { reason: reason.trim(), until: new Date(until(hours)).toISOString() })
  return h('div', { class: 'shelve', role: 'dialog', 'aria-label': t('removal.title', { what: '' }), 'data-key': 'removal' },
    h('h2', { class: 't1' }, shape(alarm.priority, 'active_acknowledged', 42), t('removal.title', { what: t('alarm.title', titleOf(alarm, live)) })),
    h('p', { class: 't2' }, t('removal.how_long')),
    h('div', { class: 'choice' }, hoursFor(alarm).map((choice) => h('button', { class: 'button', type: 'button',
      'aria-pressed': String(choice === hours), onclick: () => set({ hours: choice }) }, choice < 48 ? t('removal.hours', { hours: choice })
      : t('removal.days', { days: choice / 24 })))),
    h('p', { class: 't2' }, t('removal.until', { time: dueTime(until(hours)) })),
    h('p', { class: 't2' }, t('shelve.why')),
    h('input', { class: 'field', 'aria-label': t('shelve.why'), maxlength: 2000, oninput: (event) => set({ reason: event.target.value }) }),
    h('p', { class: 't2' }, t('removal.means')),
    h('footer', {}, h('span', { class: 't3' }, t('shelve.logged')),
      h('button', { class: 'button', type: 'button', onclick: () => { desk.removal = null; changed() } }, t('cancel')),
      h('button', { class: 'button main', type: 'button', disabled: !reason.trim(), onclick: send }, t('removal.do'))))
}

/** Above the list, for whoever may answer: who asks for what, and until when. */
export function requestsBanner () {
  const waiting = requestsForMe()
  if (!waiting.length) return null
  return h('section', { class: 'panel flood requests', role: 'status', 'data-key': 'requests' },
    h('p', { class: 't1' }, h('b', {}, t('request.waiting', { count: waiting.length }))),
    h('p', { class: 't1' }, waiting.slice(0, LINES).map((standing) => h('span', {}, t('request.line',
      { ...requestPlaces(standing), what: standingTitle(standing) })))),
    h('button', { class: 'button', type: 'button', onclick: () => { desk.view = 'requested'; changed() } }, t('request.open')))
}
/** So many are named; the rest is in the count. */
const LINES = 3

/** The request that waits: by whom, why, until when; for another person who may, the answer. */
export function requestPart (subject) {
  const standing = requestOf(subject)
  if (!standing) return null
  const own = standing.request.by === live.me.name
  const answers = may('alarm_approve') && !own
  const refuse = () => actOn(standing, 'out-of-service/refuse', { reason: desk.comment.trim() || t('removal.taken_back') })
  return h('div', { class: 'act-row request', 'data-key': 'request' },
    h('p', { class: 't1' }, t('request.by', requestPlaces(standing))),
    answers ? [h('input', { class: 'field', placeholder: t('request.why_not'), 'aria-label': t('request.why_not'), maxlength: 2000,
      oninput: (event) => { desk.comment = event.target.value; changed() } }),
    h('button', { class: 'button main', type: 'button', onclick: () => actOn(standing, 'out-of-service/approve') }, t('request.approve')),
    h('button', { class: 'button', type: 'button', disabled: !desk.comment.trim(), onclick: refuse }, t('request.refuse'))]
      : [h('p', { class: 't2 awaited' }, awaitedWords()),
        own ? h('button', { class: 'button', type: 'button', onclick: refuse }, t('request.take_back')) : null],
    desk.problem ? h('p', { class: 'problem t1', role: 'alert' }, desk.problem) : null)
}
