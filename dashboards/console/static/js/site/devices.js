// What every page says of a device: its worst alarm, and whether it answers.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { byWorst, isSilent } from './alarms.js'
import { isConnected } from './systems.js'

/** The worst alarm of a device that is not set aside, or undefined. */
export const worstOf = (device) => [...live.alarms.values()].filter((alarm) => alarm.device === device.id
  && !isSilent(alarm)).sort(byWorst)[0]

/** Why a device does not answer. */
export const faultWords = (device) => t(`fault.${device.connection.fault ?? 'silent'}`)

/** Calm when it answers; since when it does not. */
export function connectionWords (device) {
  if (isConnected(device)) return h('span', { class: 't3' }, t('devices.connected'))
  const since = instant(device.connection.since)
  return h('span', { class: 't1' }, faultWords(device), since ? ` ${age(now() - since)}` : '')
}

/** What tells devices of one place apart: 1 and 2 of 1#集水坑 and 2#集水坑; the whole names where they share nothing. */
export function apart (devices) {
  const names = devices.map((device) => say(device.name))
  if (names.length < 2) return names
  const shared = (at) => names.every((name) => name.at(at) === names[0].at(at))
  let start = 0
  while (shared(start) && names[0][start]) start += 1
  let end = 0
  while (shared(-end - 1) && end < names[0].length - start) end += 1
  return names.map((name) => name.slice(start, name.length - end) || name)
}
