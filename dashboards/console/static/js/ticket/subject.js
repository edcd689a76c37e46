// What, where and since when; the clock; and the things to check first.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age, clockTime, dueTime, left, over, quantity, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { byWorst, stoodFor } from '../site/alarms.js'
import { personName } from '../site/people.js'
import { clockView, mainClock, nextClock } from '../site/promise.js'
import { measured } from './trend.js'

const worst = (ticket) => [...ticket.occurrences].sort(byWorst)[0]

export function subject (ticket) {
  const alarm = worst(ticket)
  const now_ = live.alarms.get(alarm?.id) ?? alarm
  const begun = instant(alarm?.raised_at ?? ticket.opened_at)
  const lasted = alarm ? stoodFor(now_) : now() - begun
  return h('section', { class: 'subject', 'data-key': 'subject' },
    now_ && now_.state !== 'normal' ? shape(now_.priority, now_.state, 74) : h('span', { class: 'no-shape' }),
    h('div', {}, h('h1', { class: 't1' }, say(ticket.title)),
      h('p', { class: 't2' }, [say(live.areas.get(ticket.area)?.name), say(alarm?.device_name)].filter((part) => part
        && !say(ticket.title).includes(part)).join(' ')),
      h('p', { class: 't2' }, t('ticket.since', { time: since(begun) }), h('b', { class: 't1', title: alarm ? t('age.means') : null }, age(lasted))),
      h('p', { class: 't2 owner' }, ticket.owner ? [t('ticket.owner'), h('b', { class: 't1' }, personName(ticket.owner))] : t('state.nobody')),
      valueLine(now_)))
}

function valueLine (alarm) {
  const point = measured()
  if (alarm?.state === 'normal') return h('p', { class: 't2' }, t('ticket.back_to_normal'))
  return point && typeof point.value === 'number'
    ? h('p', { class: 't2' }, `${say(point.label)} `, h('b', { class: 't1' }, quantity(point.value, point.unit))) : null
}

export function clockPanel (ticket) {
  const clock = mainClock(ticket)
  const promise = h('p', { class: 't2' }, t(`ticket.class.${ticket.class}.long`))
  if (!clock) return h('section', { class: 'panel clock', 'data-key': 'clock' }, promise, h('p', { class: 't1 kept' }, keptWords(ticket)))
  const view = clockView(clock, ticket, now())
  const next = nextClock(ticket)
  const rest = next ? instant(next.due_at) - now() : null
  return h('section', { class: 'panel clock', 'data-key': 'clock' }, promise,
    h('b', { class: `left t1 ${view.tone === 'over' ? 'over-label' : ''}` }, view.text),
    h('div', { class: 'dues t2' },
      next ? h('p', {}, t(`ticket.${rest < 0 ? 'over' : 'left'}.${next.promise}`), h('b', { class: 't1' }, rest < 0 ? over(-rest) : left(rest))) : null,
      h('p', {}, clock.paused_at ? t('ticket.paused', { reason: holdReason(ticket) })
        : t(`ticket.due.${clock.promise}`, { time: dueTime(instant(clock.due_at)) }))),
    h('span', { class: `bar ${view.tone}` }, h('i', { style: { width: `${view.fraction * 100}%` } })))
}

function keptWords (ticket) {
  const finish = ticket.clocks.findLast((clock) => clock.met_at)
  return finish ? t(finish.broken ? 'ticket.met_late' : 'ticket.met', { time: clockTime(instant(finish.met_at)) })
    : t(`ticket.state.${ticket.state}`)
}

/** From here back to the bytes; a ticket somebody opened by hand has no alarm to walk back from. */
export function traceLink (ticket) {
  const alarm = worst(ticket)
  return alarm ? h('a', { class: 'trace-link link t1', 'data-key': 'trace', href: `/alarms#${encodeURIComponent(alarm.id)}` },
    t('trace.title')) : null
}

export const HOLD_REASONS = ['parts', 'no_access', 'vendor', 'other']
const holdReason = ({ hold_reason: reason }) => HOLD_REASONS.includes(reason) ? t(`hold.${reason}`) : reason ?? ''

const ticked = (ticket) => new Set(JSON.parse(localStorage.getItem(`guanjia.checks.${ticket.id}`) ?? '[]'))

/** Ticks are the technician's own notes; they stay in the phone. */
function toggle (ticket, index) {
  const done = ticked(ticket)
  if (!done.delete(index)) done.add(index)
  localStorage.setItem(`guanjia.checks.${ticket.id}`, JSON.stringify([...done]))
  changed()
}

export function firstChecks (ticket) {
  if (!ticket.first_steps.length) return null
  const done = ticked(ticket)
  return h('section', { class: 'checks', 'data-key': 'checks' }, h('h2', { class: 't3' }, t('ticket.check_first')),
    ticket.first_steps.map((step, index) => h('button',
      { class: 'check', type: 'button', role: 'checkbox', 'aria-checked': String(done.has(index)),
      onclick: () => toggle(ticket, index) }, h('i', {}, done.has(index) ? '✓' : ''), say(step))))
}
