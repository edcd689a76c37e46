// What the lists at hand do not say outright: what loses its supply with a device, when the last alarm ended.
import * as api from '../core/api.js'
import { instant, now, siteDay } from '../core/clock.js'
import { changed, derived, live } from '../core/live.js'
import { isActive } from './alarms.js'

const kept = new Map()

/** The kept answer for `key`, or undefined while it is on its way; `load` runs once. A failed load is tried again after a while. */
function once (key, load) {
  if (!kept.has(key)) {
    kept.set(key, undefined)
    load().then((value) => { kept.set(key, value); changed() }, () => setTimeout(() => kept.delete(key), 10000))
  }
  return kept.get(key)
}

/** The rules that others name as their explanation. A load that is rather large takes nobody's supply away. */
const explaining = derived(() => new Set([...live.rules.values()].flatMap((rule) => rule.suppressed_by)))

/** What loses its supply with each power device that has such an alarm now. A meter that only fell silent cuts off nobody. */
export function feedsNow () {
  const powering = [...live.alarms.values()].filter((alarm) => alarm.system === 'power' && isActive(alarm)
    && explaining().has(alarm.rule) && !alarm.rule.startsWith('comms.')).map((alarm) => alarm.device)
  return new Map(powering.map((device) => [device, suppliedBy(device)]))
}

/** Everything below a device, through all the meters between. */
export function suppliedBy (id, below = new Set()) {
  for (const fed of live.devices.get(id)?.feeds ?? []) {
    if (below.has(fed)) continue
    below.add(fed)
    if (SUPPLYING.includes(live.devices.get(fed)?.class)) suppliedBy(fed, below)
  }
  return below
}
const SUPPLYING = ['power_meter', 'transformer_monitor']

/** What a point said last before it fell silent, of the day past: a value, null, or undefined while that is on its way. */
export const lastSaid = (point) => once(`last ${point} ${silentSince(point)}`, async () => {
  const samples = await api.readings(point, { start: now() - DAY_MS, end: now(), interval: '15min', aggregate: 'last' })
  return samples.findLast((sample) => typeof sample.value === 'number')?.value ?? null
})
const DAY_MS = 86_400_000
const silentSince = (point) => live.devices.get(point.slice(0, point.lastIndexOf('.')))?.connection.since

/**
 * The answer for `key`, asked again when alarms have changed since: at most every few seconds, however fast they come. Null until there
 * is a first one.
 */
function afterAlarms (key, load) {
  const known = renewed.get(key) ?? { value: null, changes: -1, askedAt: -Infinity }
  renewed.set(key, known)
  if (known.changes !== live.alarmChanges && performance.now() - known.askedAt > SPARING_MS) {
    Object.assign(known, { changes: live.alarmChanges, askedAt: performance.now() })
    load().then((value) => { known.value = value; changed() }, () => { known.changes = -1 })
  }
  return known.value
}
const renewed = new Map()
const SPARING_MS = 5000

/** The instant at which the last alarm was over, or null. */
export const lastAlarmEnd = () => afterAlarms('end', async () =>
  Math.max(0, ...(await api.alarms({ active: false, limit: 50 }, 1)).map((alarm) => instant(alarm.returned_at) ?? 0)) || null)

/** How many alarms there have been today, or null while that is on its way. */
export const alarmsToday = () => afterAlarms('today', async () => (await api.alarmFigures(siteDay(now()))).total)
