// When more alarms come than a person can take in, the lists show the critical ones and what came first; the rest waits, counted.
import { live } from '../core/live.js'

/** Whether this screen shows all of a flood: somebody has asked it to. A new flood begins folded again. */
const choice = { all: false, flood: null }

export function isFolding () {
  if (choice.flood !== live.flood.since) Object.assign(choice, { all: false, flood: live.flood.since ?? null })
  return live.flood.active && !choice.all
}

export const showAll = (wanted) => { choice.all = wanted }

/** What a flood never folds away: critical, a danger to life, the first of its group. */
const standsOut = (alarm) => alarm.priority === 'critical' || alarm.first_out === true || live.rules.get(alarm.rule)?.life_safety === true

/** The bundles as a flood leaves them: each cause and what stands out, `all` of each beside them; `spared` is shown in any case. */
export const folded = (bundles, spared = null) => bundles
  .map((bundle) => ({ ...bundle, all: bundle.members,
    members: bundle.members.filter((alarm) => alarm === bundle.cause || alarm.id === spared || standsOut(alarm)) }))
  .filter(({ members }) => members.length)
