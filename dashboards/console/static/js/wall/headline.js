// The state of the whole site in one line: the worst alarm, or that all is well and for how long.
import { h } from '../core/dom.js'
import { now } from '../core/clock.js'
import { clockTime, date, longAge, number } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { alarmState, calmState, stateClock } from '../frame/state.js'
import { isActive, isSilent, worstAmong } from '../site/alarms.js'
import { lastAlarmEnd } from '../site/details.js'
import { factsOf } from '../site/facts.js'
import { isConnected } from '../site/systems.js'

export function headline () {
  const worst = worstAmong([...live.alarms.values()].filter(isActive))
  return h('header', { class: 'state', 'data-key': 'state' }, worst ? alarmState(worst, factsOf(worst)) : calm(),
    stateClock([date(now()), h('i', {}, live.me.display ?? live.me.name)]))
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
