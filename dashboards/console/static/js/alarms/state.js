// What the desk shows and what is selected; and the list that follows from it.
import { PRIORITIES, isReturned, isUnacknowledged } from '../draw/shape.js'
import { bundles, byWorst, isSilent, titleOf } from '../site/alarms.js'
import { feedsNow } from '../site/details.js'
import { ASIDE } from '../site/standings.js'
import { live } from '../core/live.js'
import { say } from '../core/words.js'

export const desk = {
  text: '', priorities: new Set(PRIORITIES), system: '', place: '',
  /** active, unacknowledged, returned, or one kind of those set aside. */
  view: 'active',
  selected: null, comment: '', problem: '', shelving: null,
  /** Causes whose held-back alarms are shown; the returned alarms it is being asked to acknowledge together. */
  unfolded: new Set(), bulk: null
}

export function select (id) {
  if (desk.selected === id) return
  Object.assign(desk, { selected: id, comment: '', problem: '', shelving: null })
  history.replaceState(null, '', id ? `#${encodeURIComponent(id)}` : location.pathname)
}

const matchesText = (words) => !desk.text || words.toLowerCase().includes(desk.text.toLowerCase())

function isWanted (alarm) {
  const { where, what } = titleOf(alarm, live)
  return desk.priorities.has(alarm.priority) && (!desk.system || alarm.system === desk.system)
    && (!desk.place || alarm.area === desk.place) &&
    matchesText([where, what, alarm.device, alarm.rule, ...alarm.points].join(' ')) && VIEW[desk.view](alarm)
}

const VIEW = {
  active: (alarm) => !isSilent(alarm),
  unacknowledged: (alarm) => !isSilent(alarm) && isUnacknowledged(alarm.state) && !isReturned(alarm.state),
  returned: (alarm) => !isSilent(alarm) && isReturned(alarm.state),
  shelved: () => false, suppressed: () => false, out_of_service: () => false
}

/** The bundles that pass the filters, active before returned. */
export function listOf () {
  const wanted = [...live.alarms.values()].filter(isWanted)
  const standing = bundles(wanted.filter((alarm) => !isReturned(alarm.state)), live.flags, feedsNow())
  const returned = wanted.filter((alarm) => isReturned(alarm.state)).sort(byWorst).map((alarm) => ({ cause: null, members: [alarm],
    silenced: [] }))
  return [...standing, ...returned]
}

/** Standings set aside that pass the filters, those already told in a bundle left out. */
export function asideOf (shown) {
  const told = new Set(desk.view === 'active' ? shown.flatMap(({ silenced }) => silenced) : [])
  const kinds = ASIDE.includes(desk.view) ? [desk.view] : desk.view === 'active' ? ASIDE : []
  return live.flags.filter((standing) => !told.has(standing) && kinds.some((kind) => standing.flags.includes(kind))
    && isWantedAside(standing))
    .sort((a, b) => ASIDE.findIndex((kind) => a.flags.includes(kind)) - ASIDE.findIndex((kind) => b.flags.includes(kind)))
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
    ...Object.fromEntries(ASIDE.map((kind) => [kind, live.flags.filter((standing) => standing.flags.includes(kind)).length]))
  }
}
