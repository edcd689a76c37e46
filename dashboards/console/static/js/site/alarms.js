// Alarms as people speak of them: place before device, what is wrong, in which order, and which follow from which.
import { PRIORITIES, isReturned, isUnacknowledged } from '../draw/shape.js'
import { instant } from '../core/clock.js'
import { live as site } from '../core/live.js'
import { say } from '../core/words.js'

const rank = (alarm) => PRIORITIES.indexOf(alarm.priority)

/** What still stands before what has returned; then worst first, unacknowledged before acknowledged, newest first. */
export const byWorst = (a, b) =>
  isReturned(a.state) - isReturned(b.state) || rank(a) - rank(b) || isUnacknowledged(b.state) - isUnacknowledged(a.state)
    || instant(b.raised_at) - instant(a.raised_at)

export const isSilent = (alarm) => alarm.flags.some((flag) => flag !== 'latched')
export const isActive = (alarm) => !isSilent(alarm) && !isReturned(alarm.state)

/** The device's own name without the place it already begins with. */
export const withoutPlace = (name, place) => (!place ? name : name.startsWith(place) ? name.slice(place.length) : name.endsWith(place)
  ? name.slice(0, -place.length) : name).replace(/^[\s,:：，]+|[\s,:：，]+$/g, '')

export function placeOf (alarm, live) {
  return say(live.areas.get(alarm.area ?? live.devices.get(alarm.device)?.area)?.name)
}

export const deviceName = (alarm, live) => say(alarm.device_name ?? live.devices.get(alarm.device)?.name) || alarm.device

/** What is wrong, without the device: 困人 of 7号楼 1#梯 困人. */
export function symptom (alarm, live) {
  const text = say(alarm.text)
  const rest = text.replace(deviceName(alarm, live), '').replace(/^[\s,:：，]+|[\s,:：，]+$/g, '')
  return rest || text
}

/** Place and device as one phrase, neither named twice: 地下车库A区 and 车库A区1#集水坑 give 地下车库A区 1#集水坑. */
export function whereOf (alarm, live) {
  const place = placeOf(alarm, live)
  const name = withoutPlace(deviceName(alarm, live), place)
  if (place.includes(' ') && firstWord(place) === firstWord(name)) return name
  return [place, name.slice(sharedEnd(place, name))].filter(Boolean).join(' ')
}

/** The device for a reader who sees already where it is: 1#集水坑 on the plan of 地下车库A区. */
export function shortName (alarm, live) {
  const place = placeOf(alarm, live)
  const name = withoutPlace(deviceName(alarm, live), place)
  return name.slice(sharedEnd(place, name)).trim() || deviceName(alarm, live)
}

/** Garage A sump 1 in Garage zone A says itself where it is. */
const firstWord = (words) => words.split(' ')[0]

/** How many characters the end of the place and the beginning of the name have in common, two at least. */
function sharedEnd (place, name) {
  for (let length = Math.min(place.length, name.length); length >= 2; length--) if (place.endsWith(name.slice(0, length))) return length
  return 0
}

/** `{where, what}` of a row's title. */
export const titleOf = (alarm, live) => ({ where: whereOf(alarm, live), what: symptom(alarm, live) })

/**
 * Alarms bundled by root cause: `[{cause, members, silenced}]`, worst bundle first. `cause` is null for an alarm that stands alone.
 * `members` are worst first; `silenced` are the standings held back because of the cause. `feeds` maps a device to all it supplies.
 */
export function bundles (alarms, flags, feeds) {
  const heard = alarms.filter((alarm) => !isSilent(alarm)).sort(byWorst)
  const shown = heard.filter((alarm) => !isReturned(alarm.state))
  const silencedBy = (cause) => flags.filter((standing) => standing.device !== cause.device && isHeldBy(standing, cause, flags))
  const causes = shown.filter((alarm) => silencedBy(alarm).length || shown.some((other) => follows(other, alarm, feeds)))
  const claimed = new Set()
  const result = []
  for (const cause of causes) {
    if (claimed.has(cause.id)) continue
    const members = shown.filter((alarm) => !claimed.has(alarm.id) && (alarm === cause || follows(alarm, cause, feeds)))
    members.forEach((alarm) => claimed.add(alarm.id))
    result.push({ cause, members, silenced: silencedBy(cause) })
  }
  for (const alarm of heard) if (!claimed.has(alarm.id)) result.push({ cause: null, members: [alarm], silenced: [] })
  return result.sort((a, b) => byWorst(a.members[0], b.members[0]))
}

/** Alarms that begin within this time after a supply failed are taken as its effects. */
const EFFECT_MS = 120_000

function follows (effect, cause, feeds) {
  if (effect === cause || standsAlone(effect) || !feeds.get(cause.device)?.has(effect.device)) return false
  const later = instant(effect.raised_at) - instant(cause.raised_at)
  return later > -EFFECT_MS / 4 && later < EFFECT_MS
}

/** Smoke and gas come of themselves: nobody shall read a fire as explained by a power cut. A lift that stops does follow from one. */
const standsAlone = (alarm) => ['fire', 'gas'].includes(alarm.system) && site.rules.get(alarm.rule)?.life_safety === true

/** Whether a standing is held back because of a cause, be it through others that are held back themselves. */
function isHeldBy (standing, cause, flags, seen = new Set()) {
  const by = standing.suppression?.by
  if (!by || seen.has(by)) return false
  if (by === cause.id || by === `${cause.rule}@${cause.device}`) return true
  seen.add(by)
  return flags.some((other) => by === `${other.rule}@${other.device}` && isHeldBy(other, cause, flags, seen))
}
