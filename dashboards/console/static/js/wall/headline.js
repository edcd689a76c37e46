// The state of the whole site in one line: the worst alarm, or that all is well and for how long.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { clockTime, date, longAge, number } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { byWorst, bundles, isActive, isSilent, titleOf, whereOf, symptom } from '../site/alarms.js'
import { feedsNow, lastAlarmEnd } from '../site/details.js'
import { personName } from '../site/people.js'
import { isConnected } from '../site/systems.js'
import { menuButton } from '../frame/menu.js'
import { fit } from '../draw/text.js'

export function headline () {
  const worst = [...live.alarms.values()].filter(isActive).sort(byWorst)[0]
  return h('header', { class: 'state', 'data-key': 'state' }, worst ? abnormal(worst) : calm(), clock())
}

function abnormal (alarm) {
  const { where, what } = titleOf(alarm, live)
  const words = t('state.abnormal', { where, what, age: longAge(now() - instant(alarm.raised_at)) })
  return [
    h('a', { class: 'state-shape', href: `/alarms#${alarm.id}`, 'data-key': 'shape' }, shape(alarm.priority, alarm.state, 114)),
    h('div', { class: 'state-words' },
      h('h1', { class: 't1', style: { 'font-size': `${fit(words, 1330, [46, 40, 34, 30], true)}px` } }, words),
      h('p', { class: 'facts t2' }, facts(alarm).map((fact) => h('span', {}, fact))))
  ]
}

/** What else the room must know at once: the cause, who is there, until when, whom it hits. */
function facts (alarm) {
  const bundle = bundles([...live.alarms.values()], live.flags, feedsNow()).find(({ members }) => members.includes(alarm))
  const cause = bundle?.cause && bundle.cause !== alarm
    ? t('state.cause', { where: whereOf(bundle.cause, live), what: symptom(bundle.cause, live) }) : null
  const ticket = live.tickets.get(alarm.ticket)
  const households = live.areas.get(alarm.area)?.households
  return [cause, ...(ticket ? ticketFacts(ticket) : []), households ? t('state.households', { count: number(households) })
    : null].filter(Boolean)
}

function ticketFacts (ticket) {
  const kept = (name) => ticket.clocks.find((clock) => clock.promise === name)
  const arrived = kept('arrive')?.met_at
  const due = kept('finish')
  const who = personName(ticket.owner)
  return [
    arrived ? t('state.arrived', { who, time: clockTime(instant(arrived)) }) : who ? t('state.sent', { who }) : t('state.nobody'),
    due && !due.met_at ? t('state.due', { time: clockTime(instant(due.due_at)) }) : null
  ]
}

function calm () {
  const healthySince = lastAlarmEnd()
  const online = [...live.devices.values()].filter(isConnected).length
  const offline = live.devices.size - online
  const unseen = [...live.alarms.values()].filter((alarm) => !isSilent(alarm)).length
  const words = healthySince ? t('state.calm_since', { age: longAge(now() - healthySince) }) : t('state.calm')
  return h('div', { class: 'state-words calm' },
    h('h1', { class: 't2' }, words),
    h('p', { class: 'facts t3' },
      h('span', {}, t('state.online', { count: number(online) })),
      offline ? h('span', {}, t('state.offline', { count: number(offline) })) : null,
      unseen ? h('span', { class: 't1' }, t('alarms.view.returned', { count: unseen })) : null,
      healthySince ? h('span', {}, t('state.last_alarm', { time: clockTime(healthySince) })) : null))
}

const clock = () => h('div', { class: 'state-clock', 'data-key': 'clock' },
  h('time', { class: [...live.alarms.values()].some(isActive) ? 't1' : 't2' }, clockTime(now())),
  menuButton(h('span', { class: 't3' }, date(now()), h('i', {}, live.me.display ?? live.me.name))))
