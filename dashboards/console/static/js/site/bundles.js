// Which alarms follow from which: a root cause, its effects, and what is held back because of it.
import { isReturned } from '../draw/shape.js'
import { instant } from '../core/clock.js'
import { derived, live } from '../core/live.js'
import { byWorst, isSilent } from './alarms.js'
import { feedsNow } from './details.js'

/**
 * Alarms bundled by root cause: `[{cause, members, silenced}]`, worst bundle first. `cause` is null for an alarm that stands alone.
 * `members` are worst first; `silenced` are the standings held back because of the cause. `feeds` maps a device to all it supplies.
 */
export function bundles (alarms, flags, feeds) {
  const heard = alarms.filter((alarm) => !isSilent(alarm)).sort(byWorst)
  const shown = heard.filter((alarm) => !isReturned(alarm.state))
  const held = heldBy(flags)
  const claimed = new Set()
  const result = []
  for (const cause of shown) {
    if (claimed.has(cause.id)) continue
    const effects = feeds.has(cause.device) ? shown.filter((alarm) => follows(alarm, cause, feeds)) : []
    const silenced = silencedBy(cause, held)
    if (!effects.length && !silenced.length) continue
    const members = [cause, ...effects.filter((alarm) => !claimed.has(alarm.id))].sort(byWorst)
    for (const { id } of members) claimed.add(id)
    result.push({ cause, members, silenced })
  }
  for (const alarm of heard) if (!claimed.has(alarm.id)) result.push({ cause: null, members: [alarm], silenced: [] })
  return result.sort((a, b) => byCritical(a, b) || byWorst(a.members[0], b.members[0]))
}

/** Among bundles that begin with a critical alarm those of nothing else come first: no lesser one stands between two critical ones. */
function byCritical (a, b) {
  const [one, other] = [a.members[0], b.members[0]]
  const both = [one, other].every((alarm) => alarm.priority === 'critical') && isReturned(one.state) === isReturned(other.state)
  return both ? isMixed(a) - isMixed(b) : 0
}

const isMixed = ({ members }) => members.some((alarm) => alarm.priority !== 'critical')

/** All bundles of the site as it is now. */
export const allBundles = derived(() => bundles([...live.alarms.values()], live.flags, feedsNow()))

const byMember = derived(() => new Map(allBundles().flatMap((bundle) => bundle.members.map(({ id }) => [id, bundle]))))

/** The bundle an alarm belongs to, or undefined. */
export const bundleOf = (alarm) => byMember().get(alarm.id)

/** Alarms that begin within this time after a supply failed are taken as its effects. */
const EFFECT_MS = 120_000

function follows (effect, cause, feeds) {
  if (effect === cause || standsAlone(effect) || !feeds.get(cause.device)?.has(effect.device)) return false
  const later = instant(effect.raised_at) - instant(cause.raised_at)
  return later > -EFFECT_MS / 4 && later < EFFECT_MS
}

/** Smoke and gas come of themselves: nobody shall read a fire as explained by a power cut. A lift that stops does follow from one. */
const standsAlone = (alarm) => ['fire', 'gas'].includes(alarm.system) && live.rules.get(alarm.rule)?.life_safety === true

/** Standings by what holds each of them back. */
function heldBy (flags) {
  const held = new Map()
  for (const standing of flags) {
    const by = standing.suppression?.by
    if (!by) continue
    if (!held.has(by)) held.set(by, [])
    held.get(by).push(standing)
  }
  return held
}

/** All that is held back because of a cause, be it through others that are held back themselves; nothing of its own device. */
function silencedBy (cause, held) {
  const found = new Set()
  const causes = [cause.id, `${cause.rule}@${cause.device}`]
  for (const by of causes) {
    for (const standing of held.get(by) ?? []) {
      if (found.has(standing)) continue
      found.add(standing)
      causes.push(`${standing.rule}@${standing.device}`)
    }
  }
  return [...found].filter((standing) => standing.device !== cause.device)
}
