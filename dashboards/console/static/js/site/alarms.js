// Alarms as people speak of them: place before device, what is wrong, in which order, and which follow from which.
import { PRIORITIES, isReturned, isUnacknowledged } from '../draw/shape.js'
import { instant, now } from '../core/clock.js'
import { say } from '../core/words.js'

const rank = (alarm) => PRIORITIES.indexOf(alarm.priority)

/** What still stands before what has returned; then worst first, unacknowledged before acknowledged, newest first. */
export const byWorst = (a, b) =>
  isReturned(a.state) - isReturned(b.state) || rank(a) - rank(b) || isUnacknowledged(b.state) - isUnacknowledged(a.state)
    || instant(b.raised_at) - instant(a.raised_at)

/** The worst of them, or undefined: no sorting of two thousand for the sake of one. */
export const worstAmong = (alarms) => alarms.reduce((worst, alarm) => worst && byWorst(worst, alarm) <= 0 ? worst : alarm, undefined)

/** Set aside: recorded, not shouted. */
export const ASIDE = ['shelved', 'suppressed', 'out_of_service']
export const isSilent = (alarm) => alarm.flags.some((flag) => ASIDE.includes(flag))
export const isActive = (alarm) => !isSilent(alarm) && !isReturned(alarm.state)

/** A latched alarm stands until it is reset, though its condition has long returned. */
const isStanding = ({ state, ended_at: ended }) => state?.startsWith('active') && !ended

/** For how long it has stood, ms: from when it was raised until it returned, or until now. The one duration every page tells of an alarm. */
export const stoodFor = (alarm) => (isStanding(alarm) ? now() : instant(alarm.returned_at) ?? now()) - instant(alarm.raised_at)

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
