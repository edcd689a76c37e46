// The state of the whole site in one line: the worst alarm, or that all is well and for how long.
import { h } from '../core/dom.js'
import { now } from '../core/clock.js'
import { clockTime, date, longAge, number } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { alarmState, calmState, stateClock } from '../frame/state.js'
import { widthOf } from '../draw/text.js'
import { byWorst, deviceName, isActive, isSilent, placeOf, symptom, worstAmong } from '../site/alarms.js'
import { lastAlarmEnd } from '../site/details.js'
import { factsOf } from '../site/facts.js'
import { isConnected } from '../site/systems.js'

export function headline () {
  const active = [...live.alarms.values()].filter(isActive)
  const worst = worstAmong(active)
  return h('header', { class: 'state', 'data-key': 'state' }, worst ? alarmState(worst, factsBelow(active, worst)) : calm(),
    stateClock([date(now()), h('i', {}, live.me.display ?? live.me.name)]))
}

/** Room for the facts in px, and the gap between two of them. */
const ROOM = 1330
const GAP = 44

/** The other critical alarms, then as many facts of the worst as the line holds. */
function factsBelow (active, worst) {
  const also = alsoCritical(active, worst)
  let used = also ? widthOf(also, 25, true) + GAP : 0
  const facts = factsOf(worst).filter((fact) => { used += widthOf(fact, 25) + GAP; return used - GAP <= ROOM })
  return also ? [h('b', { class: 't1' }, also), ...facts] : facts
}

/** 另有 1 条危急：火警 · 8号楼; two of them by name. A headline names one alarm, and nobody shall overlook the second fire. */
function alsoCritical (active, worst) {
  const others = active.filter((alarm) => alarm !== worst && alarm.priority === 'critical').sort(byWorst)
  const words = others.map((alarm) => t('state.also', { what: symptom(alarm, live), where: placeOf(alarm, live) || deviceName(alarm, live) }))
  const names = [...new Set(words)].slice(0, 2)
  return others.length ? t('state.also_critical', { count: number(others.length), names: names.join(t('list.comma')) }) : ''
}

function calm () {
  const healthySince = lastAlarmEnd()
  const online = [...live.devices.values()].filter(isConnected).length
  const offline = live.devices.size - online
  const unseen = [...live.alarms.values()].filter((alarm) => !isSilent(alarm)).length
  const words = healthySince ? t('state.calm_since', { age: longAge(now() - healthySince) }) : t('state.calm')
  return calmState(words, [
    h('span', {}, t('state.online', { count: number(online) })),
    offline ? h('span', {}, t('state.offline', { count: number(offline) })) : null,
    unseen ? h('span', { class: 't1' }, t('alarms.view.returned', { count: unseen })) : null,
    healthySince ? h('span', {}, t('state.last_alarm', { time: clockTime(healthySince) })) : null])
}
