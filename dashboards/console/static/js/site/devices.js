// What every page says of a device: its worst alarm, and whether it answers.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { byWorst, isSilent } from './alarms.js'
import { isConnected } from './systems.js'

/** The worst alarm of a device that is not set aside, or undefined. */
export const worstOf = (device) => [...live.alarms.values()].filter((alarm) => alarm.device === device.id
  && !isSilent(alarm)).sort(byWorst)[0]

/** Calm when it answers; since when it does not. */
export function connectionWords (device) {
  if (isConnected(device)) return h('span', { class: 't3' }, t('devices.connected'))
  const since = instant(device.connection.since)
  return h('span', { class: 't1' }, t(`fault.${device.connection.fault ?? 'silent'}`), since ? ` ${age(now() - since)}` : '')
}
