// What the desk shows and what is selected; and the list that follows from it.
import { PRIORITIES, isReturned, isUnacknowledged } from '../draw/shape.js'
import { ASIDE, isSilent, titleOf } from '../site/alarms.js'
import { allBundles, bundles } from '../site/bundles.js'
import { feedsNow } from '../site/details.js'
import { folded, isFolding } from '../site/flood.js'
import { allRequests, requestOf } from '../site/marks.js'
import { kindOf } from '../site/standings.js'
import { live } from '../core/live.js'
import { say } from '../core/words.js'

export const desk = {
  text: '', priorities: new Set(PRIORITIES), system: '', place: '',
  /** active, unacknowledged, returned, requested (waits for approval), or one kind of those set aside. */
  view: 'active',
  selected: null, comment: '', problem: '', shelving: null, removal: null,
  /** Causes whose held-back alarms are shown, and how many rows of a long bundle; the returned alarms it is being asked to acknowledge together. */
  unfolded: new Set(), rows: new Map(), bulk: null
}

export function select (id) {
  if (desk.selected === id) return
  Object.assign(desk, { selected: id, comment: '', problem: '', shelving: null, removal: null })
  history.replaceState(null, '', id ? `#${encodeURIComponent(id)}` : location.pathname)
}

const matchesText = (words) => !desk.text || words.toLowerCase().includes(desk.text.toLowerCase())

const isWanted = (alarm) => desk.priorities.has(alarm.priority) && (!desk.system || alarm.system === desk.system)
  && (!desk.place || alarm.area === desk.place) && VIEW[desk.view](alarm) && (!desk.text || matchesText(wordsOf(alarm)))

function wordsOf (alarm) {
  const { where, what } = titleOf(alarm, live)
  return [where, what, alarm.device, alarm.rule, ...alarm.points].join(' ')
}

/** Whether the list is the plain one: whoever asks for something is shown all there is of it, flood or not. */
const isPlain = () => desk.view === 'active' && !desk.text && !desk.system && !desk.place && desk.priorities.size === PRIORITIES.length

const VIEW = {
  active: (alarm) => !isSilent(alarm),
  unacknowledged: (alarm) => !isSilent(alarm) && isUnacknowledged(alarm.state) && !isReturned(alarm.state),
  returned: (alarm) => !isSilent(alarm) && isReturned(alarm.state),
  requested: (alarm) => !isSilent(alarm) && Boolean(requestOf(alarm)),
  shelved: () => false, suppressed: () => false, out_of_service: () => false
}

/** The bundles that pass the filters, active before returned; of a flood what stands out, and the row in hand. */
export function listOf () {
  if (!isPlain()) return bundles([...live.alarms.values()].filter(isWanted), live.flags, feedsNow())
  return isFolding() ? folded(allBundles(), desk.selected) : allBundles()
}

/** The alarms a flood has folded away from the list shown. */
export function foldedAway (shown) {
  if (!isPlain() || !isFolding()) return []
  const kept = new Set(shown.flatMap(({ members }) => members))
  return allBundles().flatMap(({ members }) => members).filter((alarm) => !kept.has(alarm))
}

/** How many active alarms of each priority the list shows, where a flood has folded some of them away; else null. */
export function shownCounts () {
  const rest = foldedAway(listOf())
  if (!rest.length) return null
  const all = counts()
  return Object.fromEntries(PRIORITIES.map((priority) => [priority,
    all[priority] - rest.filter((alarm) => alarm.priority === priority && !isReturned(alarm.state)).length]))
}

/** Standings set aside that pass the filters, those already told in a bundle left out. */
export function asideOf (shown) {
  if (desk.view === 'requested') return allRequests().filter((standing) => !isHeard(standing) && isWantedAside(standing))
  if (isPlain() && isFolding()) return []
  const told = new Set(desk.view === 'active' ? shown.flatMap(({ silenced }) => silenced) : [])
  const kinds = ASIDE.includes(desk.view) ? [desk.view] : desk.view === 'active' ? ASIDE : []
  return live.flags.filter((standing) => !told.has(standing) && kinds.some((kind) => standing.flags.includes(kind))
    && isWantedAside(standing)).sort((a, b) => ASIDE.indexOf(kindOf(a)) - ASIDE.indexOf(kindOf(b)))
}

/** Whether its alarm is in the list itself: one held back by another is not, and still waits for an answer. */
function isHeard ({ occurrence }) {
  const alarm = live.alarms.get(occurrence)
  return Boolean(alarm) && !isSilent(alarm)
}

function isWantedAside (standing) {
  const device = live.devices.get(standing.device)
  return (!desk.system || device?.system === desk.system) && (!desk.place || device?.area === desk.place)
    && matchesText(`${say(device?.name)} ${standing.device} ${standing.rule}`)
}

/** Counts for the filters' faces. */
export function counts () {
  const heard = [...live.alarms.values()].filter((alarm) => !isSilent(alarm))
  const active = heard.filter((alarm) => !isReturned(alarm.state))
  return {
    ...Object.fromEntries(PRIORITIES.map((priority) => [priority, active.filter((alarm) => alarm.priority === priority).length])),
    unacknowledged: active.filter((alarm) => isUnacknowledged(alarm.state)).length,
    returned: heard.length - active.length,
    requested: allRequests().length,
    ...Object.fromEntries(ASIDE.map((kind) => [kind, live.flags.filter((standing) => standing.flags.includes(kind)).length]))
  }
}
